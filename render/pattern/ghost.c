/* ghost: quiet copies around every event, as TidalCycles has them. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* p, and what fn makes of it, `cycles` later. */
static const struct pattern *with_later(struct arena *a, double cycles, const struct pattern *unit,
					struct pattern_fn fn, const struct pattern *p)
{
	const struct pattern *later = pattern_combine(a, PATTERN_MUL, STRUCTURE_LEFT, unit, pattern_number(a, cycles));
	const struct pattern *both[] = { p, later && p ? pattern_late(a, later, fn.apply(fn.ctx, a, p)) : NULL };
	return both[1] ? pattern_stack(a, both, 2) : NULL;
}

/* The copies are one and a half and two and a half units late; the later step takes the earlier copy along. */
static const struct pattern *ghost_with(struct arena *a, const struct pattern *unit, struct pattern_fn fn,
					const struct pattern *p)
{
	const struct pattern *held = pattern_hold(a, unit);
	return pattern_release(a, held, unit, with_later(a, 2.5, held, fn, with_later(a, 1.5, held, fn, p)));
}

static const struct pattern *ghost_with_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	(void)site;
	return ghost_with(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_ghostWith = {
	.name = "ghostWith",
	.aliases = { "ghost'" },
	.doc = "Adds transformed copies one and a half, two and a half and four times a distance later.",
	.example = "out $ s \"~ sn\" $ ghostWith 0.125 (# speed 2 # gain 0.3)",
	.params = { { .name = "distance", .unit = "cycles", .min = -1000, .max = 1000, .doc = "the distance" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to the copies" } },
	.n_params = 2,
	.apply = ghost_with_apply,
};

static const struct pattern *set(struct arena *a, enum pattern_op op, enum control_key key, double x,
				 const struct pattern *p)
{
	return pattern_combine(a, op, STRUCTURE_LEFT, p, pattern_control(a, key, pattern_number(a, x)));
}

/* Quieter, a fifth of the sample, a little faster: Tidal's numbers. */
static const struct pattern *fade(const void *ctx, struct arena *a, const struct pattern *p)
{
	(void)ctx;
	p = set(a, PATTERN_MUL, CONTROL_GAIN, 0.7, p);
	p = set(a, PATTERN_KEEP_RIGHT, CONTROL_END, 0.2, p);
	return set(a, PATTERN_MUL, CONTROL_SPEED, 1.25, p);
}

static const struct pattern *ghost_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)args, (void)site;
	return ghost_with(a, pattern_number(a, 0.125), (struct pattern_fn){ fade, NULL }, p);
}

const struct transform_def transform_ghost = {
	.name = "ghost",
	.doc = "Adds quiet, short copies after every event: ghost notes.",
	.example = "out $ s \"~ sn\" $ ghost",
	.needs_events = true,
	.apply = ghost_apply,
};
