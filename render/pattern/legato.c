/* legato, stretch, dur: controls set by a transform. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static const struct pattern *with_control(struct arena *a, enum control_key key, const struct pattern *value,
					  const struct pattern *p)
{
	return pattern_modify(a, p, value ? pattern_own_control(a, key, value) : NULL);
}

static const struct pattern *legato_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return with_control(a, CONTROL_LEGATO, args[0].pattern, p);
}

const struct transform_def transform_legato = {
	.name = "legato",
	.aliases = { "staccato" },
	.doc = "Sets how long events sound, in event lengths.",
	.example = "out $ s \"bass*2\" $ legato 0.5",
	.params = { { .name = "length", .unit = "events", .min = 0, .max = 10000, .doc = "length of the gate" } },
	.n_params = 1,
	.needs_events = true,
	.is_modifier = true,
	.apply = legato_apply,
};

static const struct pattern *stretch_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)args, (void)site;
	return with_control(a, CONTROL_LEGATO, pattern_number(a, 1), p);
}

const struct transform_def transform_stretch = {
	.name = "stretch",
	.doc = "Lets events sound as long as they last: legato 1.",
	.example = "out $ s \"bass*2\" $ stretch",
	.needs_events = true,
	.is_modifier = true,
	.apply = stretch_apply,
};

static const struct pattern *dur_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	(void)site;
	return with_control(a, CONTROL_DUR, args[0].pattern, p);
}

const struct transform_def transform_dur = {
	.name = "dur",
	.doc = "Sets how long events sound, in seconds.",
	.example = "out $ s \"bass*2\" $ dur 0.1",
	.params = { { .name = "time", .unit = "s", .min = 0, .max = 10000, .doc = "length of the gate" } },
	.n_params = 1,
	.needs_events = true,
	.is_modifier = true,
	.apply = dur_apply,
};
