/* slow, and fit with a number: fast by the inverse; see fast.c. */
#include "render/pattern/transform.h"

static const struct pattern *slow_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_slow(a, args[0].pattern, p);
}

#define FACTOR                                                                                                         \
	{                                                                                                              \
		.name = "factor", .unit = "times", .min = 0, .max = 100000, .doc = "how many times slower"             \
	}

const struct transform_def transform_slow = {
	.name = "slow",
	.aliases = { "sparsity" },
	.doc = "Slows a pattern down: slow 2 plays one cycle in the time of two.",
	.example = "out $ s \"bd sn hh cp\" $ slow 2",
	.params = { FACTOR },
	.n_params = 1,
	.apply = slow_apply,
};

const struct transform_def transform_fit_cycles = {
	.name = "fit",
	.doc = "With a number: slow.",
	.example = "out $ s \"bd sn hh cp\" $ fit 2",
	.params = { FACTOR },
	.n_params = 1,
	.apply = slow_apply,
};
