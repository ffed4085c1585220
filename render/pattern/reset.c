/* reset, restart and ribbon: time that begins again. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* --- At the events of another pattern --------------------------------------------------------------------- */

struct reset {
	struct pattern base; /* children: when, what */
	bool from_zero;      /* restart: with cycle 0; reset: with the cycle that is due */
};

static int play_from(const void *ctx, const struct hap *h, struct eval *e, struct hap_list *out)
{
	const struct reset *n = ctx;
	struct timespan window;

	if (!h->has_whole || !value_is_true(&h->value))
		return 0;
	window.begin = n->from_zero ? RATIONAL_ZERO : rational_int(rational_floor(h->whole.begin));
	window.end = rational_add(window.begin, rational_sub(h->whole.end, h->whole.begin));
	if (!timespan_is_valid(window))
		return eval_fail_time(e);
	return query_focused(n->base.children[1], window, h->whole, h->part, e, out);
}

static int reset_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	return query_rewritten(p->children[0], span, (struct hap_rewrite){ play_from, p }, e, out);
}

static const struct pattern_ops reset_ops = { .query = reset_query };

const struct pattern *pattern_reset(struct arena *a, const struct pattern *when, bool from_zero,
				    const struct pattern *p)
{
	const struct pattern *children[] = { when, p };
	struct reset *n = node_new(a, sizeof *n, &reset_ops, children, 2);

	if (!n)
		return NULL;
	n->base.n_params = 1;
	n->from_zero = from_zero;
	return &n->base;
}

/* --- Periodically ----------------------------------------------------------------------------------------- */

/* Parameters: where the loop begins, its length. Loop k plays [begin, begin + length) in [k length, (k + 1) length). */
static int ribbon_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct rational begin = v[0].exact, length = v[1].exact;
	struct timespan window = { begin, rational_add(begin, length) };
	struct cycle_iter it;
	int more;

	if (!timespan_is_valid(window))
		return eval_fail_time(e);
	if (length.num <= 0)
		return 0;
	span = timespan_scale(span, rational_div(RATIONAL_ONE, length));
	if (!timespan_is_valid(span))
		return eval_fail_time(e);
	it = cycles_begin(span);
	while ((more = cycles_next(&it, e)) > 0) {
		struct timespan loop = { rational_int(it.cycle), rational_int(it.cycle + 1) };
		if (query_focused(param_content(n, 0), window, timespan_scale(loop, length),
				  timespan_scale(it.piece, length), e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops ribbon_ops = { .query = ribbon_query };

static const struct pattern *ribbon(struct arena *a, const struct pattern *begin, const struct pattern *length,
				    const struct pattern *p)
{
	const struct pattern *children[] = { begin, length, p };
	return param_pattern(a, &ribbon_ops, children, 2, 1);
}

static const struct pattern *ribbon_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return ribbon(a, args[0].pattern, args[1].pattern, p);
}

const struct transform_def transform_ribbon = {
	.name = "ribbon",
	.aliases = { "rib" },
	.doc = "Cuts a piece out of the pattern's time and loops it.",
	.example = "out $ s \"<bd sn> hh*2? cp\" $ ribbon 2 1",
	.params = { { .name = "begin",
		      .unit = "cycles",
		      .min = -100000,
		      .max = 100000,
		      .doc = "where the piece begins" },
		    { .name = "length", .unit = "cycles", .min = 0.001, .max = 100000, .doc = "how long it is" } },
	.n_params = 2,
	.apply = ribbon_apply,
};

static const struct pattern *reset_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return ribbon(a, pattern_number(a, 0), args[0].pattern, p);
}

const struct transform_def transform_reset = {
	.name = "reset",
	.aliases = { "restart" },
	.doc = "Begins again with cycle 0 every n cycles.",
	.example = "out $ s \"<bd sn hh cp>\" $ reset 3",
	.params = { { .name = "n", .unit = "cycles", .min = 0.001, .max = 100000, .doc = "cycles that are played" } },
	.n_params = 1,
	.apply = reset_apply,
};
