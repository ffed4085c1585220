/* Mini-notation: parse, query two spans, and the same span cut in two: the haps' total length must agree. */
#include <stdlib.h>

#include "render/pattern/pattern.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 64 << 20, HAPS_MAX = 20000 };

/* The sum of all parts' lengths, or overflow when the query failed. */
static struct rational total_length(const struct pattern *p, struct rational from, struct rational to, struct arena *a)
{
	struct query q = { .arena = a, .max_haps = HAPS_MAX };
	struct hap_list haps = { .n = 0 };
	struct rational sum = RATIONAL_ZERO;
	struct error err = ERROR_INIT;

	if (pattern_query(p, (struct timespan){ from, to }, &q, &haps, &err) < 0)
		return RATIONAL_OVERFLOW;
	for (size_t i = 0; i < haps.n; i++)
		sum = rational_add(sum, rational_sub(haps.haps[i].part.end, haps.haps[i].part.begin));
	return sum;
}

static void check_cutting(const struct pattern *p, int64_t cycle, struct arena *a)
{
	struct rational from = rational_int(cycle), cut = rational_add(from, rational_make(3, 7));
	struct rational to = rational_int(cycle + 1), sum;
	struct rational whole = total_length(p, from, to, a);

	sum = rational_add(total_length(p, from, cut, a), total_length(p, cut, to, a));
	if (rational_is_valid(whole) && rational_is_valid(sum) && rational_cmp(whole, sum) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { .n = 0 };
	struct arena a;
	const struct pattern *p;

	arena_init(&a, ARENA_BYTES);
	p = pattern_from_mini(&a, (const char *)data, size, 0, &diags);
	if (!p && diags.n_errors == 0)
		abort(); /* refused without saying why */
	if (p) {
		check_cutting(p, 0, &a);
		check_cutting(p, 1000003, &a);
	}
	arena_fini(&a);
	return 0;
}
