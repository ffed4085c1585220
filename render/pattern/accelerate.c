/* accelerate: a control set by a transform. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static const struct pattern *accelerate_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	const struct pattern *by = args[0].pattern ? pattern_own_control(a, CONTROL_ACCELERATE, args[0].pattern) : NULL;

	(void)site;
	return by ? pattern_modify(a, p, by) : NULL;
}

const struct transform_def transform_accelerate = {
	.name = "accelerate",
	.doc = "Lets the rate of each event glide: it is speed at the start and speed plus this at the end.",
	.example = "out $ s \"bass*2\" $ accelerate \"<1 -0.5>\"",
	.params = { { .name = "change", .min = -10, .max = 10, .doc = "added to speed by the end of the event" } },
	.n_params = 1,
	.needs_events = true,
	.apply = accelerate_apply,
};
