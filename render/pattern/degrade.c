/* degradeBy and degrade: events left out by chance. */
#include "base/hash.h"
#include "render/pattern/node.h"
#include "render/pattern/signal.h"
#include "render/pattern/transform.h"

static int degrade_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	return haps_degrade(out, from, v[0].number, n->site, RATIONAL_ZERO, e);
}

static const struct param_ops degrade_ops = { .query = degrade_query };

const struct pattern *pattern_degrade_by(struct arena *a, const struct pattern *amount, uint64_t site,
					 const struct pattern *p)
{
	const struct pattern *children[] = { amount, p };
	struct param_node *n = param_node_new(a, &degrade_ops, children, 1, 1);

	if (!n)
		return NULL;
	n->site = site;
	return &n->base;
}

static const struct pattern *degrade_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	return pattern_degrade_by(a, args[0].pattern, site, p);
}

static const struct pattern *degrade_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)args;
	return pattern_degrade_by(a, pattern_pure(a, value_number(0.5), (struct span){ 0, 0 }), site, p);
}

const struct transform_def transform_degradeBy = {
	.name = "degradeBy",
	.doc = "Leaves events out at random.",
	.example = "out $ s \"hh*8\" $ degradeBy 0.3",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "probability that an event is left out" } },
	.n_params = 1,
	.apply = degrade_by_apply,
};

const struct transform_def transform_degrade = {
	.name = "degrade",
	.doc = "Leaves about half of the events out, at random.",
	.example = "out $ s \"hh*8\" $ degrade",
	.apply = degrade_apply,
};

/* --- degradeSeed and undegrade ---------------------------------------------------------------------------- */

static int degrade_seed_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			      struct hap_list *out)
{
	size_t from = out->n;
	uint64_t seed = hash64_pair((uint64_t)v[0].exact.num, (uint64_t)v[0].exact.den);

	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	return haps_degrade(out, from, 0.5, seed, RATIONAL_ZERO, e);
}

static const struct param_ops degrade_seed_ops = { .query = degrade_seed_query };

static const struct pattern *degrade_seed_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &degrade_seed_ops, children, 1, 1);
}

const struct transform_def transform_degradeSeed = {
	.name = "degradeSeed",
	.doc = "As degrade; the same seed leaves out the same events wherever it is used.",
	.example = "out $ s \"hh*8\" $ degradeSeed 3",
	.params = { { .name = "seed", .min = -1e9, .max = 1e9, .doc = "any number" } },
	.n_params = 1,
	.apply = degrade_seed_apply,
};

static const struct pattern *undegrade_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					     const struct pattern *p)
{
	(void)a, (void)args, (void)site;
	return p;
}

const struct transform_def transform_undegrade = {
	.name = "undegrade",
	.doc = "Changes nothing: the opposite of degrade.",
	.example = "out $ s \"hh*8\" $ undegrade",
	.apply = undegrade_apply,
};

static const struct pattern *seed_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_seed(a, args[0].pattern, p);
}

const struct transform_def transform_seed = {
	.name = "seed",
	.doc = "Gives what chance there is in a pattern other numbers.",
	.example = "out $ s \"hh*8?\" $ seed 3",
	.params = { { .name = "seed", .min = -1e9, .max = 1e9, .doc = "which numbers" } },
	.n_params = 1,
	.apply = seed_apply,
};
