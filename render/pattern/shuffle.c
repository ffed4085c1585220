/* shuffle and scramble: the parts of a cycle in another order, by chance. */
#include <math.h>

#include "base/hash.h"
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Plays part `part` of the cycle's n in slot `slot`. */
static int move_part(const struct param_node *n, int64_t parts, int64_t part, int64_t slot, const struct cycle_iter *it,
		     struct eval *e, struct hap_list *out)
{
	struct rational cycle = rational_int(it->cycle);
	struct timespan window = { rational_add(cycle, rational_make(slot, parts)),
				   rational_add(cycle, rational_make(slot + 1, parts)) };
	return query_window(param_content(n, 0), window, it->piece, RATIONAL_ONE, rational_make(part - slot, parts), e,
			    out);
}

/* The slots that piece, in the cycle, meets: [*first, *end). */
static int slots_of(const struct cycle_iter *it, int64_t parts, int64_t *first, int64_t *end, struct eval *e)
{
	struct rational cycle = rational_int(it->cycle), n = rational_int(parts);
	struct rational from = rational_mul(rational_sub(it->piece.begin, cycle), n);
	struct rational to = rational_mul(rational_sub(it->piece.end, cycle), n);

	if (!rational_is_valid(from) || !rational_is_valid(to))
		return eval_fail_time(e);
	*first = rational_floor(from);
	*end = rational_ceil(to) > *first ? rational_ceil(to) : *first + 1;
	return 0;
}

/* order[i] is the part in slot i: that with the i-th smallest of the cycle's numbers. */
static int64_t *draw_order(const struct param_node *n, int64_t parts, int64_t cycle, struct eval *e)
{
	double *numbers = ARENA_ARRAY(e->arena, (size_t)parts, double);
	int64_t *order = ARENA_ARRAY(e->arena, (size_t)parts, int64_t);

	if (!numbers || !order)
		return NULL;
	eval_random_list(e, n->site, rational_add(rational_int(cycle), rational_make(1, 2)), numbers, (size_t)parts);
	for (int64_t i = 0; i < parts; i++) {
		int64_t k = i;
		for (; k > 0 && numbers[order[k - 1]] > numbers[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	return order;
}

static int shuffle_parts(const struct param_node *n, int64_t parts, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		int64_t *order, first, end;
		if (eval_charge(e, (size_t)(parts * parts / 64)) < 0 || slots_of(&it, parts, &first, &end, e) < 0)
			return -1;
		order = draw_order(n, parts, it.cycle, e);
		if (!order)
			return eval_fail_memory(e);
		for (int64_t i = first; i < end; i++)
			if (move_part(n, parts, order[i], i, &it, e, out) < 0)
				return -1;
	}
	return more;
}

static int shuffle_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	int64_t parts;
	int is_some = count_of(v[0].number, NODE_COPIES_MAX, &parts, e);
	return is_some <= 0 ? is_some : shuffle_parts(n, parts, span, e, out);
}

static int scramble_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			  struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t parts, first, end;
	int more = count_of(v[0].number, NODE_COPIES_MAX, &parts, e);

	if (more <= 0)
		return more;
	while ((more = cycles_next(&it, e)) > 0) {
		if (slots_of(&it, parts, &first, &end, e) < 0)
			return -1;
		for (int64_t i = first; i < end; i++) {
			struct rational at = rational_add(rational_int(it.cycle), rational_make(i, parts));
			int64_t part = (int64_t)(eval_random(e, n->site, at) * (double)parts);
			if (move_part(n, parts, part, i, &it, e, out) < 0)
				return -1;
		}
	}
	return more;
}

static const struct param_ops shuffle_ops = { .query = shuffle_query };
static const struct param_ops scramble_ops = { .query = scramble_query };

static const struct pattern *rearranged(struct arena *a, const struct param_ops *ops, const struct pattern *parts,
					uint64_t site, const struct pattern *p)
{
	const struct pattern *children[] = { parts, p };
	struct param_node *n = param_node_new(a, ops, children, 1, 1);

	if (!n)
		return NULL;
	n->site = site;
	return &n->base;
}

const struct pattern *pattern_shuffle(struct arena *a, const struct pattern *n, uint64_t site, const struct pattern *p)
{
	return rearranged(a, &shuffle_ops, n, site, p);
}

static const struct pattern *scramble_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	return rearranged(a, &scramble_ops, args[0].pattern, site, p);
}

const struct transform_def transform_scramble = {
	.name = "scramble",
	.doc = "Divides the cycle into n parts and plays n of them at random; a part may come several times.",
	.example = "out $ s \"bd sn hh cp\" $ scramble 4",
	.params = { { .name = "n", .unit = "parts", .min = 1, .max = 1024, .doc = "parts of the cycle" } },
	.n_params = 1,
	.apply = scramble_apply,
};
