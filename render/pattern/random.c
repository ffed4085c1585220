/* Chance in patterns: a number that belongs to a point in time.
 *
 * With seed 0 at site 0 the numbers are those of Strudel 1.2.6 with its default generator, so that "bd*8?"
 * drops the same events: t / 300 in doubles, its fraction times 2^29 scrambled by a 32-bit xorshift
 * (tests/vectors/README.md gives the formula and reference values). Other seeds and sites hash the exact time
 * instead, which has no period and gives every site a sequence of its own. */
#include <math.h>

#include "base/hash.h"
#include "render/pattern/node.h"

#define RANDOM_STEPS 536870912.0 /* 2^29 */

static uint32_t xorshift(uint32_t x)
{
	x ^= x << 13;
	x ^= (uint32_t)((int32_t)x >> 17);
	return x ^ (x << 5);
}

static uint32_t strudel_state(double t)
{
	double turns = t / 300.0;
	return xorshift((uint32_t)(int32_t)trunc((turns - trunc(turns)) * RANDOM_STEPS));
}

/* In (-1, 1). */
static double strudel_number(uint32_t state)
{
	return (double)((int32_t)state % (int32_t)RANDOM_STEPS) / RANDOM_STEPS;
}

double random_at(uint64_t seed, uint64_t site, struct rational t)
{
	uint64_t h;

	if (!seed && !site)
		return fabs(strudel_number(strudel_state(rational_to_double(t))));
	h = hash64_pair(hash64_pair(seed, site), hash64_pair((uint64_t)t.num, (uint64_t)t.den));
	return (double)(h >> 11) * 0x1p-53;
}

double eval_random(const struct eval *e, uint64_t site, struct rational t)
{
	return random_at(e->seed, site, rational_add(t, e->chance_shift));
}

void eval_random_list(const struct eval *e, uint64_t site, struct rational t, double *numbers, size_t n)
{
	struct rational at = rational_add(t, e->chance_shift);
	uint32_t state = strudel_state(rational_to_double(at));

	for (size_t i = 0; i < n; i++, state = xorshift(state))
		numbers[i] = e->seed || site ? random_at(hash64_pair(e->seed, i), site, at) : strudel_number(state);
}

int haps_degrade(struct hap_list *l, size_t from, double amount, uint64_t site, struct rational shift, struct eval *e)
{
	size_t kept = from;

	for (size_t i = from; i < l->n; i++) {
		struct rational t = rational_add(hap_whole_or_part(&l->haps[i]).begin, shift);
		if (!rational_is_valid(t))
			return eval_fail_time(e);
		if (eval_random(e, site, t) > amount)
			l->haps[kept++] = l->haps[i];
	}
	l->n = kept;
	return 0;
}
