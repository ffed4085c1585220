/* How long until something is there: time to compile a program, to plan it, and from the start of its render to the end of
 * its first block, with what that takes before (memory, samples, notes). The least of several rounds, in ms.
 *
 *   latency FILE.ph ...     rows of a table in Markdown */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "bench/lib/traced.h"
#include "render/compile.h"
#include "render/engine/song.h"

enum { ROUNDS = 7 };
#define SECONDS 2.0
#define ARENA_BYTES_MAX ((size_t)128 << 20)

static double ms_since(uint64_t start_ns)
{
	return (double)(clock_monotonic_ns() - start_ns) / 1e6;
}

static void compile_and_plan_ms(const struct traced_program *p, double *compile_ms, double *plan_ms)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct node_env env = song_env(&p->spec, p->graph);
	struct arena arena;

	arena_init(&arena, ARENA_BYTES_MAX);
	uint64_t start_ns = clock_monotonic_ns();
	const struct program *program = compile(&arena, p->source, strlen(p->source), p->bank, &diags, &err);
	*compile_ms = fmin(*compile_ms, ms_since(start_ns));
	start_ns = clock_monotonic_ns();
	if (!program || !plan_build(&arena, program->graph, &env, &diags, &err)) {
		fprintf(stderr, "latency: %s\n", err.message);
		exit(EXIT_FAILURE);
	}
	*plan_ms = fmin(*plan_ms, ms_since(start_ns));
	arena_fini(&arena);
}

static double first_block_ms(const struct traced_program *p, struct pool *pool)
{
	struct pool_trace trace = { .n_parts = 0 };
	struct render_result result;
	bool is_pipelined = traced_tuning(p, pool_workers(pool), 0).is_pipelined;
	const struct plan *plan = is_pipelined ? p->pipelined : p->plan;
	uint64_t start_ns = clock_monotonic_ns(), end_ns = 0;

	traced_render(p, pool, 0, false, &trace, &result);
	for (size_t i = 0; i < trace.n_parts && !end_ns; i++)
		if (plan->stages[trace.parts[i].ref.stage].kind == STAGE_OUTPUT)
			end_ns = trace.parts[i].end_ns;
	free(trace.parts);
	return (double)(end_ns - start_ns) / 1e6;
}

static struct pool *pool_start(unsigned n)
{
	struct error err = ERROR_INIT;
	struct pool *pool = pool_new(n, &err);

	if (!pool) {
		fprintf(stderr, "latency: %s\n", err.message);
		exit(EXIT_FAILURE);
	}
	return pool;
}

static void report(const char *path, struct pool *one, struct pool *all)
{
	double compile_ms = INFINITY, plan_ms = INFINITY, one_ms = INFINITY, all_ms = INFINITY;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct traced_program p;

	traced_open(&p, path, SECONDS);
	for (int r = 0; r < ROUNDS; r++) {
		compile_and_plan_ms(&p, &compile_ms, &plan_ms);
		one_ms = fmin(one_ms, first_block_ms(&p, one));
		all_ms = fmin(all_ms, first_block_ms(&p, all));
	}
	printf("| %s | %.2f | %.2f | %.2f | %.2f |\n", name, compile_ms, plan_ms, one_ms, all_ms);
	fflush(stdout);
	traced_close(&p);
}

int main(int argc, char **argv)
{
	struct pool *one = pool_start(1), *all = pool_start(cpu_allowed_count());

	for (int i = 1; i < argc; i++)
		report(argv[i], one, all);
	pool_free(one);
	pool_free(all);
	return EXIT_SUCCESS;
}
