/* every_val and its kin: one of two numbers, cycle by cycle. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/source.h"

/* Parameters: two numbers that say when; contents: what holds then, and what else. */
struct switch_ops {
	bool (*is_on)(const struct param_node *n, const struct param *v, int64_t cycle, const struct eval *e);
};

static int switch_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	const struct switch_ops *ops = n->ctx;
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0)
		if (node_query(param_content(n, !ops->is_on(n, v, it.cycle, e)), it.piece, e, out) < 0)
			return -1;
	return more;
}

static const struct param_ops param_ops = { .query = switch_query };

static const struct pattern *switched(struct arena *a, const struct switch_ops *ops, uint64_t site,
				      const struct pattern *const children[4])
{
	struct param_node *n = param_node_new(a, &param_ops, children, 2, 2);

	if (!n)
		return NULL;
	n->ctx = ops;
	n->site = site;
	return &n->base;
}

/* Whether x divided by period leaves nothing; a period below 1 never comes round. */
static bool is_due(double x, double period)
{
	period = floor(period);
	return period >= 1 && x - period * floor(x / period) == 0;
}

static bool is_every(const struct param_node *n, const struct param *v, int64_t cycle, const struct eval *e)
{
	(void)n, (void)e;
	return is_due((double)cycle - floor(v[1].number), v[0].number);
}

static bool is_drawn(const struct param_node *n, const struct param *v, int64_t cycle, const struct eval *e)
{
	return eval_random(e, n->site, rational_int(cycle)) < v[0].number;
}

static const struct switch_ops every_ops = { is_every };
static const struct switch_ops chance_ops = { is_drawn };

static const struct pattern *every_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *children[] = { args[0].pattern, pattern_number(a, 0), args[1].pattern, args[2].pattern };
	return switched(a, &every_ops, site, children);
}

static const struct pattern *whenmod_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, args[2].pattern, args[3].pattern };
	return switched(a, &every_ops, site, children);
}

static const struct pattern *sometimes_by_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *children[] = { args[0].pattern, pattern_number(a, 0), args[1].pattern, args[2].pattern };
	return switched(a, &chance_ops, site, children);
}

static const struct pattern *sometimes_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *children[] = { pattern_number(a, 0.5), pattern_number(a, 0), args[0].pattern,
					     args[1].pattern };
	return switched(a, &chance_ops, site, children);
}

#define ON_AND_OFF                                                                                                     \
	{ .name = "on", .min = -1e9, .max = 1e9, .doc = "the number then" },                                           \
	{                                                                                                              \
		.name = "off", .min = -1e9, .max = 1e9, .doc = "the number else"                                       \
	}
#define PERIOD                                                                                                         \
	{                                                                                                              \
		.name = "n", .unit = "cycles", .min = 1, .max = 100000, .doc = "period"                                \
	}

const struct source_def source_every_val = {
	.name = "every_val",
	.doc = "One number in every n-th cycle, from cycle 0 on, another one in the others.",
	.example = "out $ s \"hh*4\" # speed (every_val 4 2 1)",
	.params = { PERIOD, ON_AND_OFF },
	.n_params = 3,
	.make = every_make,
};

const struct source_def source_whenmod_val = {
	.name = "whenmod_val",
	.doc = "One number in the cycles whose number is an offset plus a multiple of n, another one in the others.",
	.example = "out $ s \"hh*4\" # speed (whenmod_val 4 1 2 1)",
	.params = { PERIOD,
		    { .name = "offset", .unit = "cycles", .min = -1e9, .max = 1e9, .doc = "the first such cycle" },
		    ON_AND_OFF },
	.n_params = 4,
	.make = whenmod_make,
};

const struct source_def source_sometimes_by_val = {
	.name = "sometimes_by_val",
	.doc = "One number in cycles that chance chooses, another one in the others.",
	.example = "out $ s \"hh*4\" # speed (sometimes_by_val 0.3 2 1)",
	.params = { { .name = "chance", .min = 0, .max = 1, .doc = "how likely the first is" }, ON_AND_OFF },
	.n_params = 3,
	.make = sometimes_by_make,
};

const struct source_def source_sometimes_val = {
	.name = "sometimes_val",
	.doc = "One number or another, by chance, cycle by cycle.",
	.example = "out $ s \"hh*4\" # speed (sometimes_val 2 1)",
	.params = { ON_AND_OFF },
	.n_params = 2,
	.make = sometimes_make,
};
