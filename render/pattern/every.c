/* every and its kin: a transform in some cycles. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* x rounded down, where counting cycles by it makes sense; 0: never. */
static int64_t period_of(double x)
{
	double n = floor(x);
	return n >= 1 && n < 1e15 ? (int64_t)n : 0;
}

static int64_t offset_of(double x)
{
	return fabs(x) < 1e15 ? (int64_t)floor(x) : 0;
}

static int64_t floored_mod(int64_t x, int64_t n)
{
	int64_t r = x % n;
	return r < 0 ? r + n : r;
}

/* Contents: the transformed pattern, the pattern. Parameters: period, offset. */
static int every_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t period = period_of(v[0].number), offset = offset_of(v[1].number);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		bool is_other = period == 0 || floored_mod(it.cycle - offset, period) != 0;
		if (node_query(param_content(n, is_other), it.piece, e, out) < 0)
			return -1;
	}
	return more;
}

static int whenmod_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t period = period_of(v[0].number);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		bool is_other = period == 0 || (double)floored_mod(it.cycle, period) < v[1].number;
		if (node_query(param_content(n, is_other), it.piece, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops every_ops = { .query = every_query, .certain = CERTAIN_LEAST };
static const struct param_ops whenmod_ops = { .query = whenmod_query, .certain = CERTAIN_LEAST };

static const struct pattern *in_some_cycles(struct arena *a, const struct param_ops *ops, const struct pattern *period,
					    const struct pattern *offset, struct pattern_fn fn, const struct pattern *p)
{
	const struct pattern *children[] = { period, offset, p ? fn.apply(fn.ctx, a, p) : NULL, p };
	return param_pattern(a, ops, children, 2, 2);
}

const struct pattern *pattern_every(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				    const struct pattern *p)
{
	return in_some_cycles(a, &every_ops, n, pattern_number(a, 0), fn, p);
}

const struct pattern *pattern_last_of(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				      const struct pattern *p)
{
	return in_some_cycles(a, &every_ops, n, pattern_number(a, -1), fn, p);
}

static const struct pattern *every_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return pattern_every(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_every = {
	.name = "every",
	.aliases = { "firstOf" },
	.doc = "Applies a transform in every n-th cycle, beginning with cycle 0.",
	.example = "out $ s \"bd sn hh cp\" $ every 2 rev",
	.params = { { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in those cycles" } },
	.n_params = 2,
	.apply = every_apply,
};

static const struct pattern *last_of_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)site;
	return pattern_last_of(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_lastOf = {
	.name = "lastOf",
	.doc = "Applies a transform in the last of every n cycles.",
	.example = "out $ s \"bd sn hh cp\" $ lastOf 4 rev",
	.params = { { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in those cycles" } },
	.n_params = 2,
	.apply = last_of_apply,
};

static const struct pattern *every_from_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	(void)site;
	return in_some_cycles(a, &every_ops, args[0].pattern, args[1].pattern, args[2].fn, p);
}

const struct transform_def transform_everyFrom = {
	.name = "every'",
	.doc = "As every, beginning with another cycle than 0.",
	.example = "out $ s \"bd sn hh cp\" $ every' 4 1 rev",
	.params = { { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" },
		    { .name = "offset", .unit = "cycles", .min = -100000, .max = 100000, .doc = "first of the cycles" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in those cycles" } },
	.n_params = 3,
	.apply = every_from_apply,
};

static const struct pattern *whenmod_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)site;
	return in_some_cycles(a, &whenmod_ops, args[0].pattern, args[1].pattern, args[2].fn, p);
}

const struct transform_def transform_whenmod = {
	.name = "whenmod",
	.doc = "Applies a transform where the cycle modulo n is at least a number: whenmod 4 2 in cycles 2, 3, 6, 7…",
	.example = "out $ s \"bd sn hh cp\" $ whenmod 4 2 rev",
	.params = { { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" },
		    { .name = "from", .unit = "cycles", .min = 0, .max = 100000, .doc = "first of the cycles" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in those cycles" } },
	.n_params = 3,
	.apply = whenmod_apply,
};

/* --- foldEvery -------------------------------------------------------------------------------------------- */

/* Contents: the pattern, then it under every function. */
static int fold_every_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			    struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t period = period_of(v[0].number), n_functions = n->base.n_children - n->base.n_params - 1;
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		unsigned which = 0;
		if (period && floored_mod(it.cycle, period) == 0)
			which = 1 + (unsigned)floored_mod(it.cycle / period, n_functions);
		if (node_query(param_content(n, which), it.piece, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops fold_every_ops = { .query = fold_every_query, .certain = CERTAIN_LEAST };

static const struct pattern *fold_every_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	unsigned n = args[0].n_fns;
	const struct pattern **children = ARENA_ARRAY(a, (size_t)n + 2, const struct pattern *);

	(void)site;
	if (!children || !p || !n)
		return n ? NULL : p;
	children[0] = args[1].pattern;
	children[1] = p;
	for (unsigned i = 0; i < n; i++)
		children[2 + i] = args[0].fns[i].apply(args[0].fns[i].ctx, a, p);
	return param_pattern(a, &fold_every_ops, children, 1, n + 1);
}

const struct transform_def transform_foldEvery = {
	.name = "foldEvery",
	.doc = "In every n-th cycle applies one of several transforms, each in its turn.",
	.example = "out $ s \"bd sn hh cp\" $ foldEvery [rev, fast 2] 2",
	.params = { { .name = "transforms", .kind = TRANSFORM_FUNCTIONS, .doc = "what is done, in turn" },
		    { .name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period" } },
	.n_params = 2,
	.apply = fold_every_apply,
};
