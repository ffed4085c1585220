/* A queue over real storage, with what the suites of the queue need to steer it; one of each in a process. Everything aborts
 * the test on failure. */
#ifndef TESTS_LIB_QUEUEING_H
#define TESTS_LIB_QUEUEING_H

#include <semaphore.h>
#include <stdatomic.h>

#include "queue/queue.h"
#include "tests/lib/store.h"

enum { PATIENCE_MS = 60000 };

extern struct storage *store;
extern struct queue *queue; /* NULL until queueing_start() */
extern struct error err;
extern _Atomic unsigned n_runs; /* for the suite's runner to count */
extern sem_t running;           /* posted by a job in wait_for_the_test() when it has come there */
extern _Atomic bool let_go;     /* ends them all */

/* Opens data_dir (NULL: a new temporary folder). */
void queueing_set_up(const char *data_dir, enum io_backend io);
void queueing_start(const struct queue_config *config);
void queueing_tear_down(void);

/* For a runner: returns 0 when let go, -1 with ERR_CANCELED when the job is to stop or to be put away. */
int wait_for_the_test(struct job_control *control, struct error *error);

/* A callback for queue_watch(): posts a semaphore. */
void post(void *semaphore);
/* Waits until the job has ended; its state. */
enum job_state await(const char *id);
struct queue_view look(const char *id);

#endif
