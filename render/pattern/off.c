/* off: a transformed echo. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static const struct pattern *off_by(struct arena *a, const struct pattern *time, struct pattern_fn fn,
				    const struct pattern *p)
{
	const struct pattern *late = pattern_late(a, time, p);
	const struct pattern *both[] = { p, late ? fn.apply(fn.ctx, a, late) : NULL };
	return both[1] ? pattern_stack(a, both, 2) : NULL;
}

const struct pattern *pattern_off(struct arena *a, const struct pattern *time, struct pattern_fn fn,
				  const struct pattern *p)
{
	struct value v;
	const struct pattern *t;

	if (time && pattern_is_pure(time, &v))
		return off_by(a, time, fn, p);
	t = pattern_variable(a);
	return pattern_bind(a, t, time, off_by(a, t, fn, p));
}

static const struct pattern *off_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	(void)site;
	return pattern_off(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_off = {
	.name = "off",
	.doc = "Adds a copy that is later by a time and transformed.",
	.example = "out $ s \"bd sn\" $ off 0.125 (fast 2)",
	.params = { { .name = "time", .unit = "cycles", .min = -100000, .max = 100000, .doc = "how much later" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to the copy" } },
	.n_params = 2,
	.apply = off_apply,
};
