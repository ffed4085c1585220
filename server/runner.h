/* What a job is made of: the meeting of queue/, render/ and storage/. */
#ifndef SERVER_RUNNER_H
#define SERVER_RUNNER_H

#include "queue/queue.h"

struct live_hub;
struct metrics;
struct render_engine;

/* Borrowed by the queue; must outlive it. */
struct runner {
	struct render_engine *engine;
	struct storage *storage;
	struct metrics *metrics;
	struct live_hub *live;
	double max_cpu_s; /* CPU time of a job; 0: by its estimate */
};

/* The interface for queue_new(). */
struct job_runner runner_interface(struct runner *runner);

#endif
