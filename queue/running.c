/* What the jobs in progress here have done so far. */
#include <string.h>

#include "queue/internal.h"

size_t queue_running(struct queue *q, struct queue_progress *out, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&q->lock);
	for (const struct held_job *h = q->held; h && n < max; h = h->next, n++) {
		memcpy(out[n].job_id, h->id, JOB_ID_SIZE);
		out[n].frames_done = atomic_load_explicit(&h->control.frames_done, memory_order_relaxed);
		out[n].frames_total = atomic_load_explicit(&h->control.frames_total, memory_order_relaxed);
	}
	pthread_mutex_unlock(&q->lock);
	return n;
}
