/* Pattern expressions, as `phonond query` takes them: what compiles answers two cycles, near and far, within its limits,
 * and twice the same. */
#include <stdlib.h>

#include "render/lang/lang.h"
#include "render/pattern/pattern.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 64 << 20, HAPS_MAX = 5000, STEPS_MAX = 50000 };

/* The answer as text, without the arena's addresses; false when a limit was met. */
static bool answer(const struct pattern *p, int64_t cycle, struct buf *out)
{
	struct arena a;
	struct query q = { .arena = &a, .max_haps = HAPS_MAX, .max_steps = STEPS_MAX };
	struct timespan span = { rational_int(cycle), rational_int(cycle + 1) };
	struct hap_list haps = { .n = 0 };
	struct error err = ERROR_INIT;
	bool is_answered;

	arena_init(&a, ARENA_BYTES);
	is_answered = pattern_query(p, span, &q, &haps, &err) == 0;
	if (haps.n > HAPS_MAX || q.n_steps > STEPS_MAX || (!is_answered && err.code == ERR_NONE))
		abort();
	for (size_t i = 0; is_answered && i < haps.n; i++)
		if (hap_print_json(&haps.haps[i], out) < 0)
			abort();
	arena_fini(&a);
	return is_answered;
}

static void check_cycle(const struct pattern *p, int64_t cycle)
{
	struct buf first = BUF_INIT, second = BUF_INIT;

	if (answer(p, cycle, &first) != answer(p, cycle, &second) || first.len != second.len)
		abort();
	for (size_t i = 0; i < first.len; i++)
		if (first.data[i] != second.data[i])
			abort();
	buf_fini(&first);
	buf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct pattern *p;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	p = lang_compile_pattern(&a, (const char *)data, size, &diags, &err);
	if (!p && err.code == ERR_NONE)
		abort();
	if (p) {
		check_cycle(p, 0);
		check_cycle(p, 10000019);
	}
	arena_fini(&a);
	return 0;
}
