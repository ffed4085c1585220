/* "a!3": every cycle of a pattern several times over. */
#include "render/pattern/node.h"

struct repeat {
	struct pattern base;
	struct rational n;
};

static int repeat_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct repeat *r = (const struct repeat *)p;
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		struct rational source = rational_div(rational_int(it.cycle), r->n);
		if (!rational_is_valid(source))
			return eval_fail_time(e);
		source = rational_int(rational_floor(source) - it.cycle);
		if (query_mapped(p->children[0], it.piece, RATIONAL_ONE, source, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct pattern_ops repeat_ops = { .query = repeat_query };

const struct pattern *pattern_repeat_cycles(struct arena *a, struct rational n, const struct pattern *p)
{
	struct repeat *r = n.num > 0 ? node_new(a, sizeof *r, &repeat_ops, &p, 1) : NULL;

	if (!r)
		return n.num > 0 ? NULL : pattern_silence(a);
	r->n = n;
	return &r->base;
}
