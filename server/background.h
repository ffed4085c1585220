/* A few threads for what requests wait for and an HTTP thread must not do: processes, fsync, the writer of the database.
 *
 * A handler fills a task, suspends its request and gives the task away; work() runs on one of the threads, then done() on
 * the same one, which resumes the request. The task is the request's, so it is taken back before the request is freed
 * (http_request.state_free). */
#ifndef SERVER_BACKGROUND_H
#define SERVER_BACKGROUND_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"

struct background;

struct background_task {
	/* stop is set when the service ends: then it is to return soon. */
	void (*work)(struct background_task *t, const _Atomic bool *stop);
	void (*done)(struct background_task *t);
	/* Private. */
	enum { BACKGROUND_IDLE, BACKGROUND_WAITING, BACKGROUND_WORKING, BACKGROUND_DONE } state; /* background.lock */
	struct background_task *next;                                                            /* background.lock */
};

struct background *background_start(unsigned n_threads, struct error *err) WARN_UNUSED;
/* Tells tasks that run, and those that will, to return at once; done() is called for all. */
void background_stop(struct background *b);
/* All tasks must have been taken back. */
void background_free(struct background *b);

/* False when too many wait, or the service ends: then the task is the caller's still. */
bool background_give(struct background *b, struct background_task *t) WARN_UNUSED;
/* Waits for a task that runs, takes one that waits out of the line; neither work() nor done() is called after this. */
void background_take_back(struct background *b, struct background_task *t);
/* work() has ended. */
bool background_is_done(struct background *b, struct background_task *t);

#endif
