/* superimpose: a transformed copy on top. */
#include "render/pattern/transform.h"

static const struct pattern *superimpose_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					       const struct pattern *p)
{
	const struct pattern *both[] = { p, args[0].fn.apply(args[0].fn.ctx, a, p) };

	(void)site;
	return both[1] ? pattern_stack(a, both, 2) : NULL;
}

const struct transform_def transform_superimpose = {
	.name = "superimpose",
	.doc = "Adds a transformed copy.",
	.example = "out $ s \"bd sn\" $ superimpose (fast 2) # gain 0.8",
	.params = { { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to the copy" } },
	.n_params = 1,
	.apply = superimpose_apply,
};
