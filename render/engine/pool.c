/* One mutex guards everything that decides who does what: the list of jobs, their schedules, their counts. It is
 * held for a fraction of a microsecond around each tile and never while a tile runs; a tile takes 10 microseconds
 * and more (plan_stage.c fuses towards that). All memory that tiles hand to each other (buffers, voices, states)
 * is written before a worker reports its tile done and read after another one was given the tile that depends on
 * it; both happen under the mutex, which is all the ordering that the runs need.
 *
 * A worker that finishes a tile goes on with a consumer that this made ready, because its inputs are in the cache
 * of this core. Without one it takes the oldest ready tile of the next job in turn, so jobs share the workers
 * evenly whatever their size. A worker that finds nothing sleeps on pool.work; whoever makes parts ready wakes as
 * many as there are parts, less the one it takes itself.
 *
 * Cancellation is one relaxed atomic flag, read before each tile. The first failure of a tile fails the job: no
 * more of its tiles are given out, and pool_run() returns when the last one that runs is done.
 *
 * Denormals are flushed in the workers (denormals.h), so tiles run only here. */
#include "render/engine/pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "render/engine/denormals.h"
#include "render/engine/schedule.h"

struct job {
	struct run *run;
	struct schedule *schedule;
	unsigned max_workers;
	unsigned n_workers; /* at its tiles now */
	bool has_failed;
	struct error err; /* the first failure */
	uint64_t cpu_ns;
	pthread_cond_t done;     /* with pool.lock: no worker is left and no tile will be given out */
	struct job *next, *prev; /* a ring of all jobs */
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	unsigned idx;
};

struct pool {
	pthread_mutex_t lock; /* guards everything below, and all jobs and their schedules */
	pthread_cond_t work;  /* there may be a part to take, or is_stopping */
	struct job *turn;     /* the job whose turn it is; NULL without jobs */
	unsigned n_asleep;
	bool is_stopping;
	struct worker *workers; /* constant once started */
	unsigned n_workers;
};

/* --- Under the lock --------------------------------------------------------------------------------------- */

static void ring_add(struct pool *p, struct job *j)
{
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

/* Wakes sleepers for n parts. */
static void workers_wake(struct pool *p, unsigned n)
{
	for (unsigned i = 0; i < n && i < p->n_asleep; i++)
		pthread_cond_signal(&p->work);
}

/* The next job in turn that has something to do and room for a worker. */
static struct job *job_take(struct pool *p, struct tile_ref *ref)
{
	struct job *j = p->turn, *first = j;
	if (!j)
		return NULL;
	do {
		if (!j->has_failed && j->n_workers < j->max_workers && schedule_take(j->schedule, ref)) {
			p->turn = j->next;
			return j;
		}
		j = j->next;
	} while (j != first);
	return NULL;
}

/* --- Workers ---------------------------------------------------------------------------------------------- */

static int job_check_cancel(const struct job *j, struct error *err)
{
	const _Atomic bool *cancel = j->run->spec.shared->cancel;
	if (cancel && atomic_load_explicit(cancel, memory_order_relaxed))
		return error_set(err, ERR_CANCELED, "the render was canceled");
	return 0;
}

/* Runs the part, and the end of the tile when it is the last. Called with the lock, which it gives up while the
 * tile runs. *next as schedule_tile_done(). */
static bool part_run(struct pool *p, struct job *j, const struct tile_ref *ref, struct tile_ref *next)
{
	struct error err = ERROR_INIT;
	unsigned n_ready;

	pthread_mutex_unlock(&p->lock);
	int rc = job_check_cancel(j, &err) || run_tile_part(j->run, ref->stage, ref->block, ref->part, &err);
	if (rc == 0 && ref->is_only_part)
		rc = run_tile_finish(j->run, ref->stage, ref->block, &err);
	pthread_mutex_lock(&p->lock);
	if (rc == 0 && !ref->is_only_part) {
		if (!schedule_part_done(j->schedule, ref))
			return false;
		pthread_mutex_unlock(&p->lock);
		rc = run_tile_finish(j->run, ref->stage, ref->block, &err);
		pthread_mutex_lock(&p->lock);
	}
	if (rc) {
		job_fail(j, &err);
		return false;
	}
	bool has_next = schedule_tile_done(j->schedule, ref, next, &n_ready);
	/* Without a consumer to go on with, this worker takes one of the parts itself, unless it is the turn of
	 * another job. */
	bool takes_one = !has_next && n_ready > 0 && j->next == j;
	workers_wake(p, takes_one ? n_ready - 1 : n_ready);
	return has_next && !j->has_failed;
}

static void job_work(struct pool *p, struct job *j, struct tile_ref ref)
{
	uint64_t start_ns = clock_thread_cpu_ns();
	struct tile_ref next;
	j->n_workers++;
	while (part_run(p, j, &ref, &next))
		ref = next;
	j->cpu_ns += clock_thread_cpu_ns() - start_ns;
	j->n_workers--;
	if (job_is_over(j))
		pthread_cond_signal(&j->done);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	struct tile_ref ref;
	char name[16];

	snprintf(name, sizeof name, "render/%u", w->idx);
	pthread_setname_np(pthread_self(), name);
	denormals_flush();
	pthread_mutex_lock(&p->lock);
	while (!p->is_stopping) {
		struct job *j = job_take(p, &ref);
		if (j) {
			job_work(p, j, ref);
			continue;
		}
		p->n_asleep++;
		pthread_cond_wait(&p->work, &p->lock);
		p->n_asleep--;
	}
	pthread_mutex_unlock(&p->lock);
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

int pool_run(struct pool *p, struct run *run, unsigned max_workers, uint64_t *cpu_ns, struct error *err)
{
	struct job j = { .run = run, .max_workers = max_workers ? max_workers : p->n_workers };
	j.schedule = schedule_new(run, err);
	if (!j.schedule)
		return -1;
	pthread_cond_init(&j.done, NULL);
	pthread_mutex_lock(&p->lock);
	ring_add(p, &j);
	workers_wake(p, schedule_ready_parts(j.schedule));
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
