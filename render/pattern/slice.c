/* slice and splice: numbered pieces of samples. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* What the events of the index are made into: one per event of the content that is active there. */
struct cut {
	const struct param_node *node;
	double pieces;
	bool fits; /* splice: with the speed at which the piece lasts as long as the event */
};

static double speed_of(const struct value *v)
{
	const struct value *old = value_map_get(v, CONTROL_SPEED);
	double x;
	return old && value_to_number(old, &x) ? x : 1;
}

static int set(struct hap *h, enum control_key key, double x, struct eval *e)
{
	return value_map_own(e->arena, &h->value, key, value_number(x), &h->value) ? 0 : eval_fail_memory(e);
}

static int cut_hap(const struct cut *c, struct hap *h, const struct hap *index, double i, struct eval *e)
{
	double length = rational_to_double(rational_sub(index->whole.end, index->whole.begin));

	h->has_whole = true;
	h->whole = index->whole;
	if (set(h, CONTROL_BEGIN, i / c->pieces, e) < 0 || set(h, CONTROL_END, (i + 1) / c->pieces, e) < 0)
		return -1;
	if (!c->fits || !(length > 0))
		return 0;
	if (set(h, CONTROL_SPEED, speed_of(&h->value) / (c->pieces * length), e) < 0)
		return -1;
	return set(h, CONTROL_UNIT, 1, e);
}

static int cut_index(const void *ctx, const struct hap *index, struct eval *e, struct hap_list *out)
{
	const struct cut *c = ctx;
	size_t from = out->n, kept = from;
	double i;

	if (!index->has_whole || !value_to_number(&index->value, &i))
		return 0;
	if (query_held(param_content(c->node, 1), index->whole, index->part, e, out) < 0)
		return -1;
	for (size_t k = from; k < out->n; k++) {
		if (out->haps[k].value.kind != VALUE_MAP)
			continue;
		out->haps[kept] = out->haps[k];
		if (cut_hap(c, &out->haps[kept++], index, i, e) < 0)
			return -1;
	}
	out->n = kept;
	return 0;
}

/* Contents: the index, the events. */
static int slice_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	struct cut c = { n, v[0].number, n->ctx != NULL };
	return c.pieces > 0 ? query_rewritten(param_content(n, 0), span, (struct hap_rewrite){ cut_index, &c }, e, out)
			    : 0;
}

static const struct param_ops slice_ops = { .query = slice_query };

static const struct pattern *sliced(struct arena *a, const struct transform_arg *args, bool fits,
				    const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, p };
	struct param_node *n = param_node_new(a, &slice_ops, children, 1, 2);

	if (!n)
		return NULL;
	n->base.n_selectors = 1;
	n->ctx = fits ? n : NULL;
	return &n->base;
}

static const struct pattern *slice_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return sliced(a, args, false, p);
}

const struct transform_def transform_slice = {
	.name = "slice",
	.doc = "Cuts samples into n pieces and plays those that a pattern of numbers names, in its rhythm.",
	.example = "out $ s \"bd\" $ slice 4 \"0 2 1 3\"",
	.params = { { .name = "n", .unit = "pieces", .min = 1, .max = 100000, .doc = "pieces of a sample" },
		    { .name = "index", .min = -100000, .max = 100000, .doc = "which pieces are played" } },
	.n_params = 2,
	.needs_events = true,
	.apply = slice_apply,
};

static const struct pattern *splice_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return sliced(a, args, true, p);
}

const struct transform_def transform_splice = {
	.name = "splice",
	.doc = "As slice, at the speed at which a piece lasts as long as its event.",
	.example = "out $ s \"bd\" $ splice 4 \"0 2 1 3\"",
	.params = { { .name = "n", .unit = "pieces", .min = 1, .max = 100000, .doc = "pieces of a sample" },
		    { .name = "index", .min = -100000, .max = 100000, .doc = "which pieces are played" } },
	.n_params = 2,
	.needs_events = true,
	.apply = splice_apply,
};
