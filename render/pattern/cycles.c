/* gap and binary: only some of the cycles. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int gap_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t period;
	int more = count_of(v[0].number, INT32_MAX, &period, e);

	if (more <= 0)
		return more;
	while ((more = cycles_next(&it, e)) > 0)
		if (it.cycle % period == 0 && node_query(param_content(n, 0), it.piece, e, out) < 0)
			return -1;
	return more;
}

static int binary_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	double bit = floor(v[0].number);
	int more;

	if (!(bit >= 0 && bit < 63))
		return 0;
	while ((more = cycles_next(&it, e)) > 0)
		if ((uint64_t)it.cycle >> (unsigned)bit & 1 && node_query(param_content(n, 0), it.piece, e, out) < 0)
			return -1;
	return more;
}

static const struct param_ops gap_ops = { .query = gap_query };
static const struct param_ops binary_ops = { .query = binary_query };

static const struct pattern *gap_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &gap_ops, children, 1, 1);
}

const struct transform_def transform_gap = {
	.name = "gap",
	.doc = "Plays every n-th cycle only, from cycle 0 on.",
	.example = "out $ s \"bd sn hh cp\" $ gap 2",
	.params = { { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" } },
	.n_params = 1,
	.apply = gap_apply,
};

static const struct pattern *binary_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &binary_ops, children, 1, 1);
}

const struct transform_def transform_binary = {
	.name = "binary",
	.doc = "Plays the cycles in whose number a bit is set: binary 0 the odd ones, binary 1 cycles 2, 3, 6, 7…",
	.example = "out $ s \"bd sn hh cp\" $ binary 0",
	.params = { { .name = "bit", .min = 0, .max = 62, .doc = "which bit" } },
	.n_params = 1,
	.apply = binary_apply,
};
