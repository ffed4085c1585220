/* layer: several transformed copies at once. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static const struct pattern *layer_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	unsigned n = args[0].n_fns;
	const struct pattern **layers = ARENA_ARRAY(a, n ? n : 1, const struct pattern *);

	(void)site;
	if (!layers || !p)
		return NULL;
	for (unsigned i = 0; i < n; i++)
		if (!(layers[i] = args[0].fns[i].apply(args[0].fns[i].ctx, a, p)))
			return NULL;
	return pattern_stack(a, layers, n);
}

const struct transform_def transform_layer = {
	.name = "layer",
	.doc = "Plays several transformed copies of the pattern at once, without the pattern itself.",
	.example = "out $ s \"bd sn hh cp\" $ layer [rev, fast 2] # gain 0.8",
	.params = { { .name = "transforms", .kind = TRANSFORM_FUNCTIONS, .doc = "one for every copy" } },
	.n_params = 1,
	.apply = layer_apply,
};
