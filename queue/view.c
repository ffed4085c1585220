/* Where a job stands and why it is not running. */
#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "queue/internal.h"

enum { GLANCE_JOBS_MAX = 256 };

const char *queue_block_name(enum queue_block b)
{
	static const char *const names[] = {
		[QUEUE_BLOCK_TIME] = "run_at",     [QUEUE_BLOCK_RETRY] = "retry", [QUEUE_BLOCK_PAUSE] = "paused",
		[QUEUE_BLOCK_EQUAL] = "equal_job", [QUEUE_BLOCK_BUSY] = "busy",
	};

	return names[b];
}

bool queue_is_paused(struct queue *q)
{
	bool is_paused;

	pthread_mutex_lock(&q->lock);
	is_paused = q->is_paused;
	pthread_mutex_unlock(&q->lock);
	return is_paused;
}

int queue_set_paused(struct queue *q, bool is_paused, struct error *err)
{
	if (storage_setting_set(q->storage, "paused", is_paused, err))
		return -1;
	pthread_mutex_lock(&q->lock);
	q->is_paused = is_paused;
	pthread_mutex_unlock(&q->lock);
	if (!is_paused)
		queue_signal_work(q, true);
	return 0;
}

/* What the held jobs still cost by their estimates. */
struct load {
	double rest_s, bias;
	unsigned n_held;
	bool is_paused;
};

static struct load read_load(struct queue *q)
{
	struct load l = { .rest_s = 0 };

	pthread_mutex_lock(&q->lock);
	for (const struct held_job *h = q->held; h; h = h->next) {
		double done = (double)atomic_load_explicit(&h->control.frames_done, memory_order_relaxed);
		double total = (double)atomic_load_explicit(&h->control.frames_total, memory_order_relaxed);
		l.rest_s += h->cost_s * (total > 0 && done < total ? 1 - done / total : 0);
		l.n_held++;
	}
	l.bias = q->cost_bias;
	l.is_paused = q->is_paused;
	pthread_mutex_unlock(&q->lock);
	return l;
}

/* Milliseconds for so much estimated work, when every core helps. */
static int64_t time_for(double cost_s, double bias)
{
	double ms = 1000 * cost_s * bias / cpu_allowed_count();

	return ms < 1e15 ? llround(ms) : -1;
}

static struct queue_view look_at_queued(struct queue *q, const struct job *j)
{
	struct queue_view v = { .eta_ms = -1 };
	struct load l = read_load(q);
	double ahead_s;

	if (storage_job_position(q->storage, j->id, &v.position, &ahead_s, NULL) || v.position == 0)
		return v;
	if (l.is_paused)
		v.blocked_by = QUEUE_BLOCK_PAUSE;
	else if (storage_job_find_held(q->storage, j->content_hash, v.job_id, NULL) == 1)
		v.blocked_by = QUEUE_BLOCK_EQUAL;
	else if (v.position > 1 || l.n_held >= q->n_runners)
		v.blocked_by = QUEUE_BLOCK_BUSY;
	if (!l.is_paused)
		v.eta_ms = time_for(ahead_s + l.rest_s + j->cost_s, l.bias);
	return v;
}

/* From the speed so far. */
static int64_t eta_of_held(struct queue *q, const struct job *j)
{
	double passed_ms = (double)(queue_now_ms(q) - j->started_at_ms);
	uint64_t from = j->resumed_from_frame;

	if (j->frames_done <= from || j->frames_done > j->frames_total || passed_ms < 0)
		return -1;
	return llround(passed_ms * (double)(j->frames_total - j->frames_done) / (double)(j->frames_done - from));
}

struct queue_view queue_look(struct queue *q, const struct job *j)
{
	struct queue_view v = { .eta_ms = -1 };

	switch (j->state) {
	case JOB_SCHEDULED:
		v.blocked_by = j->not_before_ms ? QUEUE_BLOCK_RETRY : QUEUE_BLOCK_TIME;
		v.until_ms = j->not_before_ms ? j->not_before_ms : j->run_at_ms;
		break;
	case JOB_QUEUED:
		return look_at_queued(q, j);
	case JOB_RUNNING:
	case JOB_FINALIZING:
		v.eta_ms = eta_of_held(q, j);
		break;
	default:
		break;
	}
	return v;
}

struct queue_view queue_glance(struct queue *q, const struct job *j)
{
	struct queue_view v = { .eta_ms = -1 };
	bool are_many, is_paused;

	pthread_mutex_lock(&q->lock);
	are_many = q->waiting_most > GLANCE_JOBS_MAX;
	is_paused = q->is_paused;
	pthread_mutex_unlock(&q->lock);
	if (j->state != JOB_QUEUED || !are_many)
		return queue_look(q, j);
	v.blocked_by = is_paused ? QUEUE_BLOCK_PAUSE : QUEUE_BLOCK_BUSY;
	return v;
}
