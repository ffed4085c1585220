/* CPU time that it takes to refuse the programs of tests/lib/blowup.c: compile, and cycle 0 of each pattern of those that
 * are accepted. Prints a line per program, the longest time last. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "render/compile.h"
#include "tests/lib/blowup.h"

enum { ARENA_BYTES = 128 << 20, ROUNDS = 3 };

static double try_ms(const char *text, size_t len)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct arena a;
	uint64_t start_ns = clock_thread_cpu_ns();

	arena_init(&a, ARENA_BYTES);
	if (!compile(&a, text, len, NULL, &diags, &err) && !diags.n)
		fprintf(stderr, "bench_limits: %s\n", err.message);
	arena_fini(&a);
	return (double)(clock_thread_cpu_ns() - start_ns) / 1e6;
}

int main(void)
{
	const struct blowup *worst = blowups;
	double worst_ms = 0;

	for (size_t i = 0; i < n_blowups; i++) {
		double ms = 1e9;
		size_t len;
		char *text = blowup_text(&blowups[i], &len);

		for (int k = 0; k < ROUNDS; k++) {
			double t = try_ms(text, len);
			ms = t < ms ? t : ms;
		}
		free(text);
		printf("%7.2f ms  %s\n", ms, blowups[i].name);
		if (ms > worst_ms) {
			worst_ms = ms;
			worst = &blowups[i];
		}
	}
	printf("longest: %.2f ms, %s\n", worst_ms, worst->name);
	return EXIT_SUCCESS;
}
