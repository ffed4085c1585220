/* every: a transform in some cycles. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Contents: the transformed pattern, the pattern. */
static int every_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	double period = floor(v[0].number);
	int64_t cycles = period >= 1 && period < 1e15 ? (int64_t)period : 0; /* 0: never */
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		bool is_other = cycles == 0 || it.cycle % cycles != 0;
		if (node_query(param_content(n, is_other), it.piece, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops every_ops = { .query = every_query };

const struct pattern *pattern_every(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				    const struct pattern *p)
{
	const struct pattern *children[] = { n, p ? fn.apply(fn.ctx, a, p) : NULL, p };
	return (const struct pattern *)param_node_new(a, &every_ops, children, 1, 2);
}

static const struct pattern *every_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return pattern_every(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_every = {
	.name = "every",
	.doc = "Applies a transform in every n-th cycle, beginning with cycle 0.",
	.example = "out $ s \"bd sn hh cp\" $ every 2 rev",
	.params = { { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in those cycles" } },
	.n_params = 2,
	.apply = every_apply,
};
