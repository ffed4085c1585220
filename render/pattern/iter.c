/* iter, iterBack and chew: a cycle that begins elsewhere every time. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

enum { ITER_PARTS_MAX = 1000000 };

/* Cycle c plays a cycle of its content from (c mod parts) / parts on. As when n patterns alternate, the content's own
 * cycles count only once per round. */
static int turn(const struct param_node *n, int64_t parts, int direction, struct timespan span, struct eval *e,
		struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		int64_t round = rational_floor((struct rational){ it.cycle, parts });
		struct rational by = rational_make((it.cycle - round * parts) * direction, parts);
		struct rational offset = rational_add(rational_int(round - it.cycle), by);
		if (query_mapped(param_content(n, 0), it.piece, RATIONAL_ONE, offset, e, out) < 0)
			return -1;
	}
	return more;
}

static int iter_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	int64_t parts;
	int is_some = count_of(fabs(v[0].number), ITER_PARTS_MAX, &parts, e);
	return is_some <= 0 ? is_some : turn(n, parts, v[0].number < 0 ? -1 : 1, span, e, out);
}

static int iter_back_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			   struct hap_list *out)
{
	int64_t parts;
	int is_some = count_of(fabs(v[0].number), ITER_PARTS_MAX, &parts, e);
	return is_some <= 0 ? is_some : turn(n, parts, v[0].number < 0 ? 1 : -1, span, e, out);
}

static int chew_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t parts;
	int more = count_of(v[0].number, ITER_PARTS_MAX, &parts, e);

	if (more <= 0)
		return more;
	while ((more = cycles_next(&it, e)) > 0) {
		int64_t round = rational_floor((struct rational){ it.cycle, parts });
		struct rational later = rational_make(round * parts - it.cycle, parts);
		if (query_mapped(param_content(n, 0), it.piece, RATIONAL_ONE, later, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops iter_ops = { .query = iter_query };
static const struct param_ops iter_back_ops = { .query = iter_back_query };
static const struct param_ops chew_ops = { .query = chew_query };

static const struct pattern *iter_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &iter_ops, children, 1, 1);
}

const struct transform_def transform_iter = {
	.name = "iter",
	.doc = "Divides the cycle into n parts and begins one part later every cycle.",
	.example = "out $ s \"bd sn hh cp\" $ iter 4",
	.params = { { .name = "n", .unit = "parts", .min = -1024, .max = 1024, .doc = "parts of the cycle" } },
	.n_params = 1,
	.apply = iter_apply,
};

static const struct pattern *iter_back_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					     const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &iter_back_ops, children, 1, 1);
}

const struct transform_def transform_iterBack = {
	.name = "iterBack",
	.aliases = { "iter'" },
	.doc = "As iter, the other way round: begins one part earlier every cycle.",
	.example = "out $ s \"bd sn hh cp\" $ iterBack 4",
	.params = { { .name = "n", .unit = "parts", .min = -1024, .max = 1024, .doc = "parts of the cycle" } },
	.n_params = 1,
	.apply = iter_back_apply,
};

static const struct pattern *chew_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &chew_ops, children, 1, 1);
}

const struct transform_def transform_chew = {
	.name = "chew",
	.doc = "Shifts cycle c later by (c mod n) / n of a cycle.",
	.example = "out $ s \"bd sn hh cp\" $ chew 4",
	.params = { { .name = "n", .unit = "parts", .min = 1, .max = 1024, .doc = "parts of the cycle" } },
	.n_params = 1,
	.apply = chew_apply,
};
