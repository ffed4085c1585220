/* Haps per second of the pattern engine, and the time a long program takes to compile.
 *
 *   bench_patterns patterns FILE   for each line of FILE: its number, haps per cycle, haps per second of CPU time,
 *                                  near cycle 0 and near cycle 10,000,000
 *   bench_patterns compile LINES   milliseconds to compile a program of that many lines, the least of 20
 *
 * Each pattern is parsed once and queried cycle by cycle for half a second of CPU time, as bench/strudel/haps.mjs does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "render/compile.h"

enum { ARENA_BYTES = 64 << 20, CYCLES_PER_ROUND = 64, COMPILE_ROUNDS = 20 };
#define RUN_NS 500000000u
#define FAR_CYCLE 10000000

static size_t query_cycle(const struct pattern *p, int64_t cycle, struct arena *a)
{
	struct query q = { .arena = a };
	struct hap_list haps = { .n = 0 };
	struct error err = ERROR_INIT;

	if (pattern_query(p, (struct timespan){ rational_int(cycle), rational_int(cycle + 1) }, &q, &haps, &err) < 0) {
		fprintf(stderr, "bench_patterns: %s\n", err.message);
		exit(EXIT_FAILURE);
	}
	return haps.n;
}

/* Haps per second of CPU time from a cycle on. */
static double haps_per_second(const struct pattern *p, int64_t from, double *per_cycle)
{
	uint64_t start_ns = clock_thread_cpu_ns(), elapsed_ns = 0, n_haps = 0;
	int64_t cycle = from;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	while (elapsed_ns < RUN_NS) {
		for (int i = 0; i < CYCLES_PER_ROUND; i++) {
			n_haps += query_cycle(p, cycle++, &a);
			arena_reset(&a);
		}
		elapsed_ns = clock_thread_cpu_ns() - start_ns;
	}
	arena_fini(&a);
	*per_cycle = (double)n_haps / (double)(cycle - from);
	return (double)n_haps / ((double)elapsed_ns / 1e9);
}

static int bench_patterns(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512];
	unsigned n = 0;

	if (!f) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof line, f)) {
		struct diag_list diags = { .n = 0 };
		struct arena a;
		const struct pattern *p;
		double per_cycle, near, far;

		arena_init(&a, ARENA_BYTES);
		line[strcspn(line, "\n")] = '\0';
		p = pattern_from_mini(&a, line, strlen(line), 0, &diags);
		if (!p) {
			fprintf(stderr, "bench_patterns: '%s': %s\n", line, diags.items[0].message);
			return EXIT_FAILURE;
		}
		near = haps_per_second(p, 0, &per_cycle);
		far = haps_per_second(p, FAR_CYCLE, &per_cycle);
		printf("%u %.2f %.0f %.0f\n", ++n, per_cycle, near, far);
		arena_fini(&a);
	}
	fclose(f);
	return EXIT_SUCCESS;
}

static void write_program(struct buf *text, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++) {
		int failed =
			i % 4 == 0   ? buf_printf(text, "~b%u $ saw %u # lpf (sine 0.5 * 300 + 800) 2 # gain 0.2\n", i,
						  55 + i)
			: i % 4 == 1 ? buf_printf(text, "~n%u $ every 3 (fast 2) $ s \"~b%u(3,8)\" # note \"c3 e3\"\n",
						  i, i - 1)
			: i % 4 == 2
				? buf_printf(text, "~m%u $ s \"bd*4, ~ sn, hh*8?\" # gain \"1 0.5\" # pan 0.3\n", i)
				: buf_printf(text, "o%u $ ~n%u + ~m%u # reverb 0.5 0.5 # delay 0.25 0.3\n", i % 60,
					     i - 2, i - 1);
		if (failed)
			abort();
	}
}

static int bench_compile(unsigned lines)
{
	struct buf text = BUF_INIT;
	uint64_t best_ns = UINT64_MAX;

	write_program(&text, lines);
	for (int i = 0; i < COMPILE_ROUNDS; i++) {
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		struct arena a;
		uint64_t start_ns = clock_monotonic_ns(), ns;

		arena_init(&a, ARENA_BYTES);
		if (!compile(&a, text.data, text.len, NULL, &diags, &err)) {
			fprintf(stderr, "bench_patterns: %s\n", diags.n ? diags.items[0].message : err.message);
			return EXIT_FAILURE;
		}
		arena_fini(&a);
		ns = clock_monotonic_ns() - start_ns;
		best_ns = ns < best_ns ? ns : best_ns;
	}
	printf("%.3f\n", (double)best_ns / 1e6);
	buf_fini(&text);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "patterns") == 0)
		return bench_patterns(argv[2]);
	if (argc == 3 && strcmp(argv[1], "compile") == 0)
		return bench_compile((unsigned)strtoul(argv[2], NULL, 10));
	fputs("Usage: bench_patterns patterns FILE | compile LINES\n", stderr);
	return EXIT_FAILURE;
}
