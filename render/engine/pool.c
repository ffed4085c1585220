/* One mutex guards everything that decides who does what: the list of jobs, their schedules, their counts. It is
 * held for a fraction of a microsecond around each tile and never while a tile runs; a tile takes 10 microseconds
 * and more (plan_stage.c fuses towards that). All memory that tiles hand to each other (buffers, voices, states)
 * is written before a worker reports its tile done and read after another one was given the tile that depends on
 * it; both happen under the mutex, which is all the ordering that the runs need.
 *
 * A job for one worker is a worker's own while that is at it, and the lock is taken once for many of its tiles.
 *
 * A worker that finishes a tile goes on with a consumer that this made ready, because its inputs are in the cache
 * of this core. Without one it takes the most urgent tile of the job that it is at, for SLICE_PARTS, then of the next job in
 * turn, so jobs share the workers evenly whatever their size; first of those that no worker is at. While there are jobs for
 * all workers, each has one block in flight. So many jobs run as they would with a thread each, from their own caches.
 *
 * A worker that finds nothing watches pool.n_offered for a while, without the lock, and then sleeps on pool.work. To wake
 * up takes longer than many tiles do: were all to sleep at once, the one that is awake would have done what it woke the
 * others for before they are there, again and again. Whoever makes parts ready offers them to those that watch, and for the
 * rest wakes as many as there are parts, less the one it takes itself and those that are waking up already. It does that
 * after it has given up the lock: the woken would only run into it, and a wake is a system call.
 *
 * Cancellation is one relaxed atomic flag, read before each tile. The first failure of a tile fails the job: no
 * more of its tiles are given out, and pool_run() returns when the last one that runs is done.
 *
 * Denormals are flushed in the workers (denormals.h), so tiles run only here. */
#include "render/engine/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "render/engine/denormals.h"
#include "render/engine/schedule.h"

enum {
	SLICE_PARTS = 256,     /* that a worker takes of a job before it looks for another */
	SETTLE_PARTS = 64,     /* a job's CPU time is known to that many parts of each worker */
	WATCH_NS = 30000,      /* about as long as it takes to sleep and to be woken again */
	WATCHES_PER_LOOK = 32, /* at the clock */
};

struct job {
	struct run *run;
	struct schedule *schedule;
	unsigned max_workers;
	unsigned n_workers; /* at its tiles now */
	bool has_failed;
	struct error err; /* the first failure */
	uint64_t cpu_ns;
	struct pool_trace *trace; /* NULL: nobody asks */
	pthread_cond_t done;      /* with pool.lock: no worker is left and no tile will be given out */
	struct job *next, *prev;  /* a ring of all jobs */
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	unsigned idx;
	struct job *job;      /* whose CPU time runs; NULL while it sleeps */
	uint64_t settled_ns;  /* CPU time of the thread that is in an account */
	unsigned n_unsettled; /* parts run since then */
	unsigned n_slice;     /* parts that it may still run of its job before others have their turn */
	bool is_rested;       /* no part was run since it came to the job */
	unsigned n_to_wake;   /* sleepers to signal when it gives up the lock */
};

struct pool {
	pthread_mutex_t lock; /* guards everything below, and all jobs and their schedules */
	pthread_cond_t work;  /* there may be a part to take, or is_stopping */
	struct job *turn;     /* the job whose turn it is; NULL without jobs */
	unsigned n_jobs;
	unsigned n_asleep;
	unsigned n_waking;   /* of these, signalled and not yet awake */
	unsigned n_watching; /* workers in worker_watch() */
	_Atomic unsigned
		n_offered; /* to them, not more than they are; relaxed: it says only that it is worth taking the lock */
	bool is_stopping;
	struct worker *workers; /* constant once started */
	unsigned n_workers;
	bool may_watch; /* constant: each worker has a core, so that one that watches takes no other's time */
};

/* --- Under the lock --------------------------------------------------------------------------------------- */

static void ring_add(struct pool *p, struct job *j)
{
	p->n_jobs++;
	if (!p->turn) {
		p->turn = j->next = j->prev = j;
		return;
	}
	j->next = p->turn;
	j->prev = p->turn->prev;
	j->prev->next = j->next->prev = j;
}

static void ring_remove(struct pool *p, struct job *j)
{
	p->n_jobs--;
	if (p->turn == j)
		p->turn = j->next == j ? NULL : j->next;
	j->next->prev = j->prev;
	j->prev->next = j->next;
}

static bool job_is_over(const struct job *j)
{
	return j->n_workers == 0 && (j->has_failed || schedule_is_done(j->schedule));
}

static void job_fail(struct job *j, const struct error *err)
{
	if (!j->has_failed)
		j->err = *err;
	j->has_failed = true;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Takes one of what is offered, unless there is nothing. With or without the lock. */
static bool offer_take(struct pool *p)
{
	unsigned n = atomic_load_explicit(&p->n_offered, memory_order_relaxed);

	while (n > 0)
		if (atomic_compare_exchange_weak_explicit(&p->n_offered, &n, n - 1, memory_order_relaxed,
							  memory_order_relaxed))
			return true;
	return false;
}

/* Offers n parts of a job to workers that watch. Returns how many sleepers to signal for the rest, once the lock is given
 * up. */
static unsigned workers_to_wake(struct pool *p, const struct job *j, unsigned n)
{
	n = least(n, j->max_workers - j->n_workers);
	unsigned n_offers = least(n, p->n_watching - atomic_load_explicit(&p->n_offered, memory_order_relaxed));
	atomic_fetch_add_explicit(&p->n_offered, n_offers, memory_order_relaxed);
	n -= n_offers;
	n = least(n, p->n_asleep - p->n_waking);
	p->n_waking += n;
	return n;
}

static void trace_add(struct pool_trace *trace, const struct traced_part *part)
{
	if (trace->n_parts == trace->cap_parts && !trace->is_cut) {
		size_t cap = trace->cap_parts ? 2 * trace->cap_parts : 4096;
		struct traced_part *parts = reallocarray(trace->parts, cap, sizeof *parts);
		trace->is_cut = !parts;
		if (parts) {
			trace->parts = parts;
			trace->cap_parts = cap;
		}
	}
	if (!trace->is_cut)
		trace->parts[trace->n_parts++] = *part;
}

static bool job_has_part(struct job *j, struct tile_ref *ref)
{
	return !j->has_failed && j->n_workers < j->max_workers && schedule_take(j->schedule, ref);
}

/* The next job in turn that has something to do and room for a worker; is_alone: and at which there is none. */
static struct job *job_in_turn(struct pool *p, bool is_alone, struct tile_ref *ref)
{
	struct job *j = p->turn, *first = j;
	if (!j)
		return NULL;
	do {
		if (!(is_alone && j->n_workers > 0) && job_has_part(j, ref)) {
			p->turn = j->next;
			return j;
		}
		j = j->next;
	} while (j != first);
	return NULL;
}

/* A job with a part for the worker. */
static struct job *job_take(struct worker *w, struct tile_ref *ref)
{
	struct pool *p = w->pool;
	struct job *j;
	if (w->job && w->n_slice > 0 && job_has_part(w->job, ref))
		return w->job;
	w->n_slice = SLICE_PARTS;
	j = p->n_jobs > 1 ? job_in_turn(p, true, ref) : NULL;
	return j ? j : job_in_turn(p, false, ref);
}

/* --- Workers ---------------------------------------------------------------------------------------------- */

static int job_check_cancel(const struct job *j, struct error *err)
{
	const _Atomic bool *cancel = j->run->spec.shared->cancel;
	if (cancel && atomic_load_explicit(cancel, memory_order_relaxed))
		return error_set(err, ERR_CANCELED, "the render was canceled");
	return 0;
}

/* Between two looks at a variable that another core will write. */
static void cpu_relax(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void worker_signal(struct worker *w)
{
	for (; w->n_to_wake > 0; w->n_to_wake--)
		pthread_cond_signal(&w->pool->work);
}

static void worker_unlock(struct worker *w)
{
	pthread_mutex_unlock(&w->pool->lock);
	worker_signal(w);
}

/* A job for one worker. While that is at it nobody else looks at its schedule or trace. */
static bool job_is_for_one(const struct job *j)
{
	return j->max_workers == 1;
}

static bool part_is_last(struct worker *w, const struct tile_ref *ref)
{
	if (job_is_for_one(w->job))
		return schedule_part_done(w->job->schedule, ref);
	pthread_mutex_lock(&w->pool->lock);
	bool is_last = schedule_part_done(w->job->schedule, ref);
	pthread_mutex_unlock(&w->pool->lock);
	return is_last;
}

/* Runs the part, and the end of the tile when it is the last; *is_tile_done tells. Without the lock. */
static int part_run(struct worker *w, const struct tile_ref *ref, struct traced_part *part, bool *is_tile_done,
		    struct error *err)
{
	struct job *j = w->job;

	*part = (struct traced_part){ .ref = *ref, .worker = w->idx, .is_rested = w->is_rested };
	part->begin_ns = j->trace ? clock_monotonic_ns() : 0;
	int rc = job_check_cancel(j, err);
	for (unsigned i = 0; rc == 0 && i < ref->n_parts; i++)
		rc = run_tile_part(j->run, ref->stage, ref->block, ref->part + i, err);
	part->end_ns = j->trace ? clock_monotonic_ns() : 0; /* before others can go on with what it made */
	*is_tile_done = rc == 0 && (ref->is_whole || part_is_last(w, ref));
	if (*is_tile_done) {
		rc = run_tile_finish(j->run, ref->stage, ref->block, err);
		part->end_ns = j->trace ? clock_monotonic_ns() : 0;
	}
	w->is_rested = false;
	return rc;
}

/* Runs a part and says what that leads to: true with the next one for this worker, taken. With the lock. */
static bool part_work(struct worker *w, const struct tile_ref *ref, struct tile_ref *next)
{
	struct job *j = w->job;
	struct error err = ERROR_INIT;
	struct traced_part part;
	bool is_tile_done;
	unsigned n_ready;

	worker_unlock(w);
	int rc = part_run(w, ref, &part, &is_tile_done, &err);
	pthread_mutex_lock(&w->pool->lock);
	if (j->trace)
		trace_add(j->trace, &part);
	if (rc) {
		job_fail(j, &err);
		return false;
	}
	if (!is_tile_done)
		return false;
	unsigned n_slots = j->run->spec.n_slots;
	schedule_set_window(j->schedule, w->pool->n_jobs < w->pool->n_workers ? n_slots : 1);
	bool has_next = schedule_tile_done(j->schedule, ref, next, &n_ready);
	/* Without a consumer to go on with, this worker takes one of the parts itself, unless it is the turn of
	 * another job. */
	bool takes_one = !has_next && n_ready > 0 && j->next == j;
	w->n_to_wake += workers_to_wake(w->pool, j, takes_one ? n_ready - 1 : n_ready);
	return has_next && !j->has_failed;
}

/* Moves the worker's CPU time to the account of the job that it was at. Reading that clock is a system call, so it
 * is not done for every part. */
static void worker_settle(struct worker *w)
{
	uint64_t now_ns = clock_thread_cpu_ns();
	struct error err = ERROR_INIT;
	if (w->job) {
		w->job->cpu_ns += now_ns - w->settled_ns;
		if (run_count_cpu(w->job->run, now_ns - w->settled_ns, schedule_blocks_done(w->job->schedule), &err))
			job_fail(w->job, &err);
	}
	w->settled_ns = now_ns;
	w->n_unsettled = 0;
}

/* The worker is at this job now, or at none. */
static void worker_move(struct worker *w, struct job *j)
{
	if (w->job == j)
		return;
	worker_settle(w);
	w->job = j;
	w->is_rested = true;
}

/* What a job's only worker goes on with: true with it in *next. */
static bool next_alone(struct job *j, const struct tile_ref *done, bool is_tile_done, bool may_take,
		       struct tile_ref *next)
{
	unsigned n_ready;

	if (is_tile_done && schedule_tile_done(j->schedule, done, next, &n_ready))
		return true;
	return may_take && schedule_take(j->schedule, next);
}

/* Parts of a job for one worker, with the lock taken once for many. */
static void job_work_alone(struct worker *w, struct tile_ref ref)
{
	struct job *j = w->job;
	struct error err = ERROR_INIT;
	struct tile_ref done;
	bool is_tile_done;
	unsigned n = 0;
	int rc;

	worker_unlock(w);
	do {
		struct traced_part part;
		done = ref;
		rc = part_run(w, &done, &part, &is_tile_done, &err);
		if (j->trace)
			trace_add(j->trace, &part);
		n++;
	} while (rc == 0 && next_alone(j, &done, is_tile_done, n < SETTLE_PARTS, &ref));
	pthread_mutex_lock(&w->pool->lock);
	if (rc)
		job_fail(j, &err);
	w->n_unsettled += n - 1;
	w->n_slice -= least(n - 1, w->n_slice);
}

/* Runs a part and those that it leads to. */
static void job_work(struct worker *w, struct tile_ref ref)
{
	struct job *j = w->job;
	struct tile_ref next;
	j->n_workers++;
	if (job_is_for_one(j))
		job_work_alone(w, ref);
	else
		for (; part_work(w, &ref, &next); ref = next)
			w->n_unsettled++;
	w->n_slice -= w->n_slice > 0;
	j->n_workers--;
	if (++w->n_unsettled >= SETTLE_PARTS)
		worker_settle(w);
	if (!job_is_over(j))
		return;
	worker_move(w, NULL);
	pthread_cond_signal(&j->done);
}

static void worker_sleep(struct worker *w)
{
	struct pool *p = w->pool;
	worker_move(w, NULL);
	worker_signal(w);
	p->n_asleep++;
	pthread_cond_wait(&p->work, &p->lock);
	p->n_asleep--;
	if (p->n_waking > 0)
		p->n_waking--;
}

static bool watch(struct pool *p)
{
	uint64_t start_ns = clock_monotonic_ns();

	do {
		for (unsigned i = 0; i < WATCHES_PER_LOOK; i++) {
			if (offer_take(p))
				return true;
			cpu_relax();
		}
	} while (clock_monotonic_ns() - start_ns < WATCH_NS);
	return false;
}

/* Waits for an offer, a little while; false: there was none. Gives up the lock meanwhile. */
static bool worker_watch(struct worker *w)
{
	struct pool *p = w->pool;

	worker_move(w, NULL);
	p->n_watching++;
	worker_unlock(w);
	bool is_offered = watch(p);
	pthread_mutex_lock(&p->lock);
	p->n_watching--;
	/* One that came after the last look. */
	if (!is_offered && atomic_load_explicit(&p->n_offered, memory_order_relaxed) > p->n_watching)
		is_offered = offer_take(p);
	return is_offered;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	struct tile_ref ref;
	bool has_watched = false;
	char name[16];

	snprintf(name, sizeof name, "render/%u", w->idx);
	pthread_setname_np(pthread_self(), name);
	denormals_flush();
	pthread_mutex_lock(&p->lock);
	while (!p->is_stopping) {
		struct job *j = job_take(w, &ref);
		if (j) {
			worker_move(w, j);
			job_work(w, ref);
			has_watched = false;
		} else if (!has_watched && p->turn && p->may_watch) {
			has_watched = !worker_watch(w);
		} else {
			worker_sleep(w);
			has_watched = false;
		}
	}
	worker_unlock(w);
	return NULL;
}

/* --- Outside ---------------------------------------------------------------------------------------------- */

static void workers_stop(struct pool *p, unsigned n)
{
	pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < n; i++)
		pthread_join(p->workers[i].thread, NULL);
}

static void pool_destroy(struct pool *p)
{
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p);
}

struct pool *pool_new(unsigned n_workers, struct error *err)
{
	struct pool *p = calloc(1, sizeof *p);
	struct worker *workers = calloc(n_workers, sizeof *workers);
	if (!p || !workers) {
		free(p);
		free(workers);
		error_set(err, ERR_NO_MEMORY, "no memory for %u workers", n_workers);
		return NULL;
	}
	p->workers = workers;
	p->n_workers = n_workers;
	p->may_watch = n_workers > 1 && n_workers <= cpu_allowed_count();
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	for (unsigned i = 0; i < n_workers; i++) {
		workers[i] = (struct worker){ .pool = p, .idx = i };
		int errnum = pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]);
		if (errnum) {
			error_set_errno(err, errnum, "starting worker %u of %u", i + 1, n_workers);
			workers_stop(p, i);
			pool_destroy(p);
			return NULL;
		}
	}
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	workers_stop(p, p->n_workers);
	pool_destroy(p);
}

unsigned pool_workers(const struct pool *p)
{
	return p->n_workers;
}

static unsigned parts_of(const void *run, uint32_t stage, uint64_t block)
{
	return run_tile_parts(run, stage, block);
}

int pool_run(struct pool *p, struct run *run, unsigned max_workers, struct pool_trace *trace, uint64_t *cpu_ns,
	     struct error *err)
{
	struct job j = { .run = run, .max_workers = max_workers ? max_workers : p->n_workers, .trace = trace };
	struct schedule_spec spec = {
		.plan = run->spec.plan,
		.first_block = run->first_block,
		.n_blocks = run->n_blocks,
		.n_slots = run->spec.n_slots,
		.is_pausing = &run->is_pausing,
		.rest_blocks = BLOCK_FRAMES_MAX / run->spec.shared->block_frames,
		.is_for_one = j.max_workers == 1 && !trace, /* a trace shows each part */
		.n_parts = parts_of,
		.ctx = run,
	};
	j.schedule = schedule_new(&spec, err);
	if (!j.schedule)
		return -1;
	pthread_cond_init(&j.done, NULL);
	pthread_mutex_lock(&p->lock);
	ring_add(p, &j);
	for (unsigned n = workers_to_wake(p, &j, schedule_ready_parts(j.schedule)); n > 0; n--)
		pthread_cond_signal(&p->work);
	while (!job_is_over(&j))
		pthread_cond_wait(&j.done, &p->lock);
	ring_remove(p, &j);
	pthread_mutex_unlock(&p->lock);
	pthread_cond_destroy(&j.done);
	run->first_block = schedule_blocks_done(j.schedule);
	schedule_free(j.schedule);
	*cpu_ns = j.cpu_ns;
	if (j.has_failed && err)
		*err = j.err;
	return j.has_failed ? -1 : 0;
}
