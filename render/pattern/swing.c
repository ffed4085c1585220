/* swingBy: the second half of each part of the cycle played late. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static const struct pattern *late_by(const void *ctx, struct arena *a, const struct pattern *p)
{
	return pattern_late(a, ctx, p);
}

static const struct pattern *swing_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	const struct pattern *swing = args[0].pattern, *held = pattern_hold(a, swing);
	const struct pattern *half = pattern_combine(a, PATTERN_MUL, STRUCTURE_LEFT, pattern_number(a, 0.5), held);
	const struct pattern *halves[] = { pattern_number(a, 0), half };
	const struct pattern *shift = half ? pattern_fastcat(a, halves, 2) : NULL;

	(void)site;
	if (!shift)
		return NULL;
	return pattern_release(a, held, swing,
			       pattern_inside(a, args[1].pattern, (struct pattern_fn){ late_by, shift }, p));
}

const struct transform_def transform_swingBy = {
	.name = "swingBy",
	.doc = "Divides the cycle into n parts and plays the second half of each later.",
	.example = "out $ s \"hh*8\" $ swingBy 0.33 4",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "how much later, in halves of a part" },
		    { .name = "n", .unit = "parts", .min = 0.001, .max = 1024, .doc = "parts of the cycle" } },
	.n_params = 2,
	.apply = swing_by_apply,
};
