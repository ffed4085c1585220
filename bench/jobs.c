/* Several jobs at once: wall time on one worker, on one pool with a worker per core, and as others would do it, with a
 * thread for each job. The least of several rounds.
 *
 *   jobs [--jobs N] [--seconds S] FILE.ph ...     rows of a table in Markdown */
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "bench/lib/traced.h"

enum { ROUNDS = 3, JOBS_MAX = 64 };

struct task {
	const struct traced_program *program;
	struct pool *pool;
	pthread_t thread;
};

static struct pool *pool_start(unsigned n)
{
	struct error err = ERROR_INIT;
	struct pool *pool = pool_new(n, &err);

	if (!pool) {
		fprintf(stderr, "jobs: %s\n", err.message);
		exit(EXIT_FAILURE);
	}
	return pool;
}

static void *task_main(void *arg)
{
	const struct task *t = arg;
	struct render_result result;

	traced_render(t->program, t->pool, 0, false, NULL, &result);
	return NULL;
}

/* Of n_jobs, job i in pool i % n_pools. */
static double wall_s(const struct traced_program *p, unsigned n_jobs, struct pool *const *pools, unsigned n_pools)
{
	struct task tasks[JOBS_MAX];
	double best = INFINITY;

	for (int r = 0; r < ROUNDS; r++) {
		uint64_t start_ns = clock_monotonic_ns();
		for (unsigned i = 0; i < n_jobs; i++) {
			tasks[i] = (struct task){ .program = p, .pool = pools[i % n_pools] };
			if (pthread_create(&tasks[i].thread, NULL, task_main, &tasks[i])) {
				perror("jobs");
				exit(EXIT_FAILURE);
			}
		}
		for (unsigned i = 0; i < n_jobs; i++)
			pthread_join(tasks[i].thread, NULL);
		best = fmin(best, (double)(clock_monotonic_ns() - start_ns) / 1e9);
	}
	return best;
}

static void report(const char *path, unsigned n_jobs, double seconds)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct pool *one = pool_start(1), *all = pool_start(cpu_allowed_count()), *own[JOBS_MAX] = { NULL };
	struct traced_program p;

	for (unsigned i = 0; i < n_jobs; i++)
		own[i] = pool_start(1);
	traced_open(&p, path, seconds);
	double one_s = wall_s(&p, n_jobs, &one, 1), all_s = wall_s(&p, n_jobs, &all, 1);
	double own_s = wall_s(&p, n_jobs, own, n_jobs);
	printf("| %s | %.0f | %.0f | %.2f | %.0f | %.2f |\n", name, one_s * 1e3, all_s * 1e3, one_s / all_s,
	       own_s * 1e3, own_s / all_s);
	fflush(stdout);
	traced_close(&p);
	for (unsigned i = 0; i < n_jobs; i++)
		pool_free(own[i]);
	pool_free(all);
	pool_free(one);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "jobs", required_argument, NULL, 'j' },
						 { "seconds", required_argument, NULL, 's' },
						 { 0 } };
	unsigned n_jobs = 8;
	double seconds = 20;
	int c;

	while ((c = getopt_long(argc, argv, "j:s:", options, NULL)) != -1) {
		if (c == 'j')
			n_jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 's')
			seconds = strtod(optarg, NULL);
		else
			return EXIT_FAILURE;
	}
	if (n_jobs < 1 || n_jobs > JOBS_MAX) {
		fprintf(stderr, "jobs: 1 to %d jobs\n", JOBS_MAX);
		return EXIT_FAILURE;
	}
	for (int i = optind; i < argc; i++)
		report(argv[i], n_jobs, seconds);
	return EXIT_SUCCESS;
}
