/* sometimesBy, someCyclesBy and their kin: transforms by chance. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* --- Events ----------------------------------------------------------------------------------------------- */

/* Keeps the events that degradeBy drops for amount 1 - v[0]. */
static int undegrade_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			   struct hap_list *out)
{
	size_t from = out->n, kept = from;

	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct rational t = hap_whole_or_part(&out->haps[i]).begin;
		if (1 - eval_random(e, n->site, t) > v[0].number)
			out->haps[kept++] = out->haps[i];
	}
	out->n = kept;
	return 0;
}

/* --- Cycles ----------------------------------------------------------------------------------------------- */

static int cycles_query(const struct param_node *n, bool is_chosen, double amount, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0)
		if ((eval_random(e, n->site, rational_int(it.cycle)) < amount) == is_chosen &&
		    node_query(param_content(n, 0), it.piece, e, out) < 0)
			return -1;
	return more;
}

static int chosen_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	return cycles_query(n, true, v[0].number, span, e, out);
}

static int others_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	return cycles_query(n, false, v[0].number, span, e, out);
}

static const struct param_ops undegrade_ops = { .query = undegrade_query };
static const struct param_ops chosen_ops = { .query = chosen_query };
static const struct param_ops others_ops = { .query = others_query };

static const struct pattern *by_chance(struct arena *a, const struct param_ops *ops, const struct pattern *amount,
				       uint64_t site, const struct pattern *p)
{
	const struct pattern *children[] = { amount, p };
	struct param_node *n = param_node_new(a, ops, children, 1, 1);

	if (!n)
		return NULL;
	n->site = site;
	return &n->base;
}

const struct pattern *pattern_undegrade_by(struct arena *a, const struct pattern *amount, uint64_t site,
					   const struct pattern *p)
{
	return by_chance(a, &undegrade_ops, amount, site, p);
}

const struct pattern *pattern_sometimes_by(struct arena *a, const struct pattern *amount, struct pattern_fn fn,
					   uint64_t site, const struct pattern *p)
{
	const struct pattern *held = pattern_hold(a, amount);
	const struct pattern *rest = pattern_combine(a, PATTERN_SUB, STRUCTURE_RIGHT, pattern_number(a, 1), held);
	const struct pattern *chosen = rest ? pattern_undegrade_by(a, rest, site, p) : NULL;
	const struct pattern *both[] = { pattern_degrade_by(a, held, site, p),
					 chosen ? fn.apply(fn.ctx, a, chosen) : NULL };

	return both[0] && both[1] ? pattern_release(a, held, amount, pattern_stack(a, both, 2)) : NULL;
}

static const struct pattern *some_cycles_by(struct arena *a, const struct pattern *amount, struct pattern_fn fn,
					    uint64_t site, const struct pattern *p)
{
	const struct pattern *held = pattern_hold(a, amount), *chosen = by_chance(a, &chosen_ops, held, site, p);
	const struct pattern *both[] = { by_chance(a, &others_ops, held, site, p),
					 chosen ? fn.apply(fn.ctx, a, chosen) : NULL };

	return both[0] && both[1] ? pattern_release(a, held, amount, pattern_stack(a, both, 2)) : NULL;
}

/* --- In the language -------------------------------------------------------------------------------------- */

static const struct pattern *sometimes_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						const struct pattern *p)
{
	return pattern_sometimes_by(a, args[0].pattern, args[1].fn, site, p);
}

const struct transform_def transform_sometimesBy = {
	.name = "sometimesBy",
	.doc = "Applies a transform to events that are chosen at random.",
	.example = "out $ s \"hh*8\" $ sometimesBy 0.3 (# speed 2)",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "probability that an event is chosen" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to it" } },
	.n_params = 2,
	.apply = sometimes_by_apply,
};

static const struct pattern *some_cycles_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						  const struct pattern *p)
{
	return some_cycles_by(a, args[0].pattern, args[1].fn, site, p);
}

const struct transform_def transform_someCyclesBy = {
	.name = "someCyclesBy",
	.aliases = { "somecyclesBy" },
	.doc = "Applies a transform in cycles that are chosen at random.",
	.example = "out $ s \"bd sn hh cp\" $ someCyclesBy 0.3 rev",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "probability that a cycle is chosen" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in it" } },
	.n_params = 2,
	.apply = some_cycles_by_apply,
};

static const struct pattern *some_cycles_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					       const struct pattern *p)
{
	return some_cycles_by(a, pattern_number(a, 0.5), args[0].fn, site, p);
}

const struct transform_def transform_someCycles = {
	.name = "someCycles",
	.aliases = { "somecycles" },
	.doc = "Applies a transform in about half of the cycles.",
	.example = "out $ s \"bd sn hh cp\" $ someCycles rev",
	.params = { { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done in them" } },
	.n_params = 1,
	.apply = some_cycles_apply,
};

/* The named amounts. */
#define SOMETIMES(word, probability, how_often)                                                                        \
	static const struct pattern *word##_apply(struct arena *a, const struct transform_arg *args, uint64_t site,    \
						  const struct pattern *p)                                             \
	{                                                                                                              \
		return pattern_sometimes_by(a, pattern_number(a, probability), args[0].fn, site, p);                   \
	}                                                                                                              \
	const struct transform_def transform_##word = {                                                                \
		.name = #word,                                                                                         \
		.doc = "Applies a transform to " how_often " events, chosen at random.",                               \
		.example = "out $ s \"hh*8\" $ " #word " (# speed 2)",                                                 \
		.params = { { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to them" } },      \
		.n_params = 1,                                                                                         \
		.apply = word##_apply,                                                                                 \
	};

SOMETIMES(sometimes, 0.5, "about half of the")
SOMETIMES(often, 0.75, "about three quarters of the")
SOMETIMES(rarely, 0.25, "about a quarter of the")
SOMETIMES(almostNever, 0.1, "about a tenth of the")
SOMETIMES(almostAlways, 0.9, "about nine tenths of the")

static const struct pattern *always_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return args[0].fn.apply(args[0].fn.ctx, a, p);
}

const struct transform_def transform_always = {
	.name = "always",
	.doc = "Applies a transform: sometimes without the chance.",
	.example = "out $ s \"hh*8\" $ always (# speed 2)",
	.params = { { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done" } },
	.n_params = 1,
	.apply = always_apply,
};

static const struct pattern *never_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)a, (void)args, (void)site;
	return p;
}

const struct transform_def transform_never = {
	.name = "never",
	.doc = "Does not apply a transform: sometimes without the chance.",
	.example = "out $ s \"hh*8\" $ never (# speed 2)",
	.params = { { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is not done" } },
	.n_params = 1,
	.apply = never_apply,
};

static const struct pattern *undegrade_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						const struct pattern *p)
{
	return pattern_undegrade_by(a, args[0].pattern, site, p);
}

const struct transform_def transform_undegradeBy = {
	.name = "undegradeBy",
	.doc = "Leaves events out at random: those that degradeBy 1 - amount keeps.",
	.example = "out $ s \"hh*8\" $ undegradeBy 0.3",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "probability that an event is left out" } },
	.n_params = 1,
	.apply = undegrade_by_apply,
};
