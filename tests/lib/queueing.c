#include "tests/lib/queueing.h"

#include <check.h>
#include <unistd.h>

struct storage *store;
struct queue *queue;
struct error err;
_Atomic unsigned n_runs;
sem_t running;
_Atomic bool let_go;

void queueing_set_up(const char *data_dir, enum io_backend io)
{
	store = store_open(data_dir, io);
	queue = NULL;
	err = ERROR_INIT;
	atomic_store(&n_runs, 0);
	atomic_store(&let_go, false);
	sem_init(&running, 0, 0);
}

void queueing_start(const struct queue_config *config)
{
	queue = queue_new(config, &err);
	ck_assert_msg(queue != NULL, "%s", err.message);
}

void queueing_tear_down(void)
{
	if (queue)
		queue_free(queue);
	storage_close(store);
	sem_destroy(&running);
}

int wait_for_the_test(struct job_control *control, struct error *error)
{
	sem_post(&running);
	while (!atomic_load(&let_go)) {
		if (atomic_load(&control->cancel) || atomic_load(&control->suspend))
			return error_set(error, ERR_CANCELED, "told to stop");
		usleep(1000);
	}
	return 0;
}

void post(void *semaphore)
{
	sem_post(semaphore);
}

enum job_state await(const char *id)
{
	uint64_t ticket;
	sem_t ended;

	sem_init(&ended, 0, 0);
	ticket = queue_watch(queue, id, PATIENCE_MS, post, &ended);
	ck_assert_uint_ne(ticket, 0);
	while (sem_wait(&ended))
		;
	queue_unwatch(queue, ticket);
	sem_destroy(&ended);
	return store_state(store, id);
}

struct queue_view look(const char *id)
{
	struct queue_view v;
	struct job j;

	ck_ok(queue_get(queue, id, false, &j, &err));
	v = queue_look(queue, &j);
	job_fini(&j);
	return v;
}
