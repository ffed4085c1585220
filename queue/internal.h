/* What the files of queue/ share. */
#ifndef QUEUE_INTERNAL_H
#define QUEUE_INTERNAL_H

#include <pthread.h>

#include "queue/queue.h"

enum { MAX_ATTEMPTS_DEFAULT = 3 };

/* A job in the hands of a runner thread; lives on that thread's stack, from the claim to the end of the commit
 * that ends it. */
struct held_job {
	const char *id; /* fixed while listed, as are the next three */
	int64_t epoch;
	int64_t deadline_at_ms; /* by queue_now_ms(); 0: none */
	double cost_s;
	struct job_control control; /* atomics: see queue.h */
	bool is_lost;               /* queue.lock: the lease went to somebody else */
	bool is_canceled;           /* queue.lock: a user asked */
	bool is_expired;            /* queue.lock: its deadline passed */
	bool is_drained;            /* queue.lock: the process wants to end */
	struct held_job *next;      /* queue.lock */
};

/* Somebody who waits for the end of a job. */
struct watch {
	uint64_t ticket;
	char id[JOB_ID_SIZE];
	uint64_t deadline_ns; /* monotonic; UINT64_MAX: none */
	queue_watch_cb cb;
	void *ctx;
	bool is_due;        /* queue.lock: to be called as soon as possible */
	bool is_called;     /* queue.lock */
	struct watch *next; /* queue.lock */
};

struct queue {
	struct storage *storage;
	struct job_runner runner;
	unsigned n_runners, n_short_runners, max_queued;
	uint64_t max_bytes;
	int64_t lease_ms, retry_base_ms, retry_cap_ms;
	/* Leases are timed by the monotonic clock put on top of the wall time at start: a clock that is set while
	 * we run expires nothing. */
	int64_t start_wall_ms;
	uint64_t start_ns;

	pthread_t *runners; /* [n_runners + n_short_runners], those for short jobs last */
	pthread_t keeper, herald, timer;
	unsigned n_started; /* runners[0..n_started) exist */
	bool is_keeper_started, is_herald_started, is_timer_started;

	/* rank 10: guards everything below and the fields marked queue.lock; never held across storage, a callback
	 * or a run. */
	pthread_mutex_t lock;
	pthread_cond_t work;        /* runners: work_seq changed, or draining, or no longer paused */
	pthread_cond_t short_work;  /* the same for the runners of the short lane */
	pthread_cond_t idle;        /* queue_drain: held is empty */
	pthread_cond_t pause;       /* runners that wait for a store that fails: a control changed, or draining */
	pthread_cond_t keeper_wake; /* keeper: stopping */
	pthread_cond_t herald_wake; /* herald: a watch was added or became due, or stopping */
	pthread_cond_t timer_wake;  /* timer: timer_seq changed, or stopping */
	pthread_cond_t called;      /* queue_unwatch: a callback returned */
	uint64_t work_seq;          /* counts events after which a claim may find something */
	uint64_t timer_seq;         /* counts events after which something may become due earlier than thought */
	int64_t (*tick)(void *ctx, int64_t wall_ms); /* see queue.h; NULL: not set */
	void *tick_ctx;
	unsigned n_submitting; /* submissions between the check for room and their commit */
	uint64_t n_reserved;   /* of all submissions so far that asked for room */
	uint64_t waiting_most; /* no more jobs wait than this; UINT64_MAX: not counted yet. See submit.c */
	bool is_draining, is_stopping, is_paused;
	double cost_bias;  /* measured CPU seconds over estimated ones, of late */
	bool is_giving_up; /* the drain is over: what is held, or comes to be, is to be given back at once */
	struct held_job *held;
	struct watch *watches; /* oldest first */
	uint64_t next_ticket;
	uint64_t calling;          /* ticket whose callback runs now; 0: none */
	unsigned __int128 last_id; /* time and random bits of the newest id, see id.c */
};

/* Something may be claimable; wakes one runner of each kind or all. */
void queue_signal_work(struct queue *q, bool is_for_all);
/* Deadline for pthread_cond_timedwait on the queue's conditions (CLOCK_MONOTONIC). */
struct timespec queue_deadline(uint64_t at_ns);

/* Copies the result members and moves the warnings of an equal job. */
void job_take_result(struct job *to, struct job *from);

/* --- submit.c --- */

/* Id, time and tries of a new job. */
void submit_stamp(struct queue *q, struct job *j);
/* ERR_BUSY when draining. */
int submit_check_accepting(struct queue *q, struct error *err);
/* Counts n submissions on their way; ERR_BUSY when there is no room for them. Undone by submit_release_room(). */
int submit_reserve_room(struct queue *q, unsigned n, struct error *err);
void submit_release_room(struct queue *q, unsigned n);
/* Gives j the result of an equal job: 1, 0 when there is none, -1. */
int submit_take_result(struct queue *q, struct job *j, struct error *err);

/* --- queue.c --- */

/* Tells the runner of a held job; false when none here holds it. */
bool queue_tell_runner(struct queue *q, const char *id);

/* --- id.c --- */

/* A new id, greater than all before in this process. Caller holds queue.lock. */
void id_make(struct queue *q, int64_t wall_ms, char out[JOB_ID_SIZE]);

/* --- timer.c --- */

void *timer_main(void *queue);
/* Something may become due earlier than the timer thinks. */
void timer_kick(struct queue *q);

/* --- worker.c --- */

void *worker_main(void *queue);
void *worker_short_main(void *queue);
/* Finds a held job by id; caller holds queue.lock. */
struct held_job *held_find(const struct queue *q, const char *id);
/* Tells the runner to stop; caller holds queue.lock. */
void held_cancel(struct queue *q, struct held_job *h);
/* The same for the drain: after a checkpoint, if the job keeps any. */
void held_suspend(struct queue *q, struct held_job *h);

/* --- keeper.c --- */

void *keeper_main(void *queue);

/* --- herald.c --- */

void *herald_main(void *queue);
/* The watches of this job are due; id NULL: all watches. */
void herald_tell(struct queue *q, const char *id);
/* The watches of jobs that no runner holds are due. */
void herald_tell_unheld(struct queue *q);
/* Looks up the jobs of all watches and tells those that have ended. */
void herald_check_all(struct queue *q);

#endif
