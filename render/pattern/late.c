/* late: early by the opposite; see early.c. */
#include "render/pattern/transform.h"

static const struct pattern *late_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_late(a, args[0].pattern, p);
}

const struct transform_def transform_late = {
	.name = "late",
	.aliases = { "offset", "wait", "rotR" },
	.doc = "Shifts a pattern on in time: late 0.25 plays it a quarter of a cycle later.",
	.example = "out $ s \"bd sn\" $ late 0.25",
	.params = { { .name = "time", .unit = "cycles", .min = -100000, .max = 100000, .doc = "how much later" } },
	.n_params = 1,
	.apply = late_apply,
};
