/* inside and outside: a transform at another speed. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

const struct pattern *pattern_inside(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				     const struct pattern *p)
{
	const struct pattern *held = pattern_hold(a, n), *slow = pattern_slow(a, held, p);
	return slow ? pattern_release(a, held, n, pattern_fast(a, held, fn.apply(fn.ctx, a, slow))) : NULL;
}

const struct pattern *pattern_outside(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				      const struct pattern *p)
{
	const struct pattern *held = pattern_hold(a, n), *fast = pattern_fast(a, held, p);
	return fast ? pattern_release(a, held, n, pattern_slow(a, held, fn.apply(fn.ctx, a, fast))) : NULL;
}

static const struct pattern *inside_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return pattern_inside(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_inside = {
	.name = "inside",
	.doc = "Applies a transform inside the cycle: inside 2 rev reverses each half.",
	.example = "out $ s \"bd sn hh cp\" $ inside 2 rev",
	.params = { { .name = "n", .unit = "parts", .min = 0.001, .max = 1024, .doc = "parts that count as a cycle" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to each of them" } },
	.n_params = 2,
	.apply = inside_apply,
};

static const struct pattern *outside_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)site;
	return pattern_outside(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_outside = {
	.name = "outside",
	.doc = "Applies a transform to several cycles as if they were one.",
	.example = "out $ s \"<bd sn hh cp>\" $ outside 4 rev",
	.params = { { .name = "n", .unit = "cycles", .min = 0.001, .max = 1024, .doc = "cycles that count as one" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to them" } },
	.n_params = 2,
	.apply = outside_apply,
};
