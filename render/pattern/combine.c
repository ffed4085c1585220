/* Two patterns made one: arithmetic, union of control maps, "bd:3". */
#include <math.h>
#include <string.h>

#include "render/pattern/node.h"

enum combined { COMBINED_FAILED = -1, COMBINED_DROPPED = 0, COMBINED = 1 };

struct apply {
	struct pattern base; /* children: left, right */
	enum pattern_structure structure;
	enum combined (*values)(const struct apply *n, struct arena *a, const struct value *left,
				const struct value *right, struct value *out);
	enum pattern_op op; /* of combine_values */
};

static enum combined gate_values(const struct apply *n, struct arena *a, const struct value *l, const struct value *r,
				 struct value *out)
{
	(void)n, (void)a;
	if (!value_is_true(l))
		return COMBINED_DROPPED;
	*out = *r;
	return COMBINED;
}

/* The time in which the other side is asked for: that of the event, so that a signal is sampled at its begin; the
 * span of the query where both structures count and none is held by the other. */
static struct timespan held_time(const struct apply *n, const struct hap *h, struct timespan span)
{
	return n->structure == STRUCTURE_BOTH ? span : hap_whole_or_part(h);
}

/* Makes *other, a hap of the other side, the combination of h with it. */
static enum combined apply_pair(const struct apply *n, const struct hap *h, struct hap *other, struct eval *e)
{
	bool is_right = n->structure == STRUCTURE_RIGHT;
	const struct value *left = is_right ? &other->value : &h->value;
	const struct value *right = is_right ? &h->value : &other->value;
	enum combined result;

	if (!timespan_intersect(h->part, other->part, &other->part))
		return COMBINED_DROPPED;
	if (n->structure == STRUCTURE_BOTH) {
		other->has_whole = other->has_whole && h->has_whole;
		if (other->has_whole && !timespan_intersect(h->whole, other->whole, &other->whole))
			return COMBINED_DROPPED;
	} else {
		other->has_whole = h->has_whole;
		other->whole = h->whole;
	}
	/* The place in the program is that of a gated value, with other operators that of the structure. */
	if (n->values != gate_values || is_right)
		other->source = h->source;
	result = n->values(n, e->arena, left, right, &other->value);
	if (result == COMBINED_FAILED)
		(void)eval_fail_memory(e);
	return result;
}

/* Appends the haps of the other side within h's part, combined with h. */
static int apply_hap(const struct apply *n, const struct hap *h, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	const struct pattern *other = n->base.children[n->structure != STRUCTURE_RIGHT];
	size_t from = out->n, kept = from;

	if (query_held(other, held_time(n, h, span), h->part, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		enum combined result = apply_pair(n, h, &out->haps[i], e);
		if (result == COMBINED_FAILED)
			return -1;
		if (result == COMBINED)
			out->haps[kept++] = out->haps[i];
	}
	out->n = kept;
	return 0;
}

static int apply_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct apply *n = (const struct apply *)p;
	size_t from = out->n, to;

	if (node_query(p->children[n->structure == STRUCTURE_RIGHT], span, e, out) < 0)
		return -1;
	to = out->n;
	for (size_t i = from; i < to; i++) {
		struct hap h = out->haps[i];
		if (apply_hap(n, &h, span, e, out) < 0)
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

static const struct pattern_ops apply_ops = { .query = apply_query, .period = PERIOD_COMMON };

/* --- Arithmetic ------------------------------------------------------------------------------------------- */

static double arithmetic(enum pattern_op op, double l, double r)
{
	switch (op) {
	case PATTERN_ADD:
		return l + r;
	case PATTERN_SUB:
		return l - r;
	case PATTERN_MUL:
		return l * r;
	case PATTERN_DIV:
		return r == 0 ? 0 : l / r;
	case PATTERN_MOD:
		return r == 0 ? 0 : l - r * floor(l / r);
	case PATTERN_KEEP_LEFT:
		return l;
	case PATTERN_KEEP_RIGHT:
		break;
	}
	return r;
}

/* Words are joined by +; anything else that has no arithmetic keeps the right value, as # does. */
static enum combined combine_scalars(enum pattern_op op, struct arena *a, const struct value *l, const struct value *r,
				     struct value *out)
{
	double x, y;
	char *text;

	if (op == PATTERN_KEEP_LEFT) {
		*out = *l;
	} else if (op == PATTERN_KEEP_RIGHT) {
		*out = *r;
	} else if (value_to_number(l, &x) && value_to_number(r, &y)) {
		*out = value_number(arithmetic(op, x, y));
	} else if (op == PATTERN_ADD && l->kind == VALUE_WORD && r->kind == VALUE_WORD) {
		text = arena_printf(a, "%s%s", l->word.text, r->word.text);
		if (!text)
			return COMBINED_FAILED;
		*out = (struct value){ .kind = VALUE_WORD, .word = { text, l->word.len + r->word.len } };
	} else {
		*out = *r;
	}
	return COMBINED;
}

static bool combine_in_map(const void *ctx, struct arena *a, const struct value *l, const struct value *r,
			   struct value *out)
{
	return combine_scalars(*(const enum pattern_op *)ctx, a, l, r, out) != COMBINED_FAILED;
}

static enum combined combine_values(const struct apply *n, struct arena *a, const struct value *l,
				    const struct value *r, struct value *out)
{
	if (l->kind == VALUE_MAP && r->kind == VALUE_MAP)
		return value_map_merge(a, l, r, (struct value_merge){ combine_in_map, &n->op }, out) ? COMBINED
												     : COMBINED_FAILED;
	return combine_scalars(n->op, a, l, r, out);
}

static const struct pattern *apply_new(struct arena *a, const struct apply *like, const struct pattern *left,
				       const struct pattern *right)
{
	const struct pattern *children[] = { left, right };
	struct apply *n = node_new(a, sizeof *n, &apply_ops, children, 2);

	if (!n)
		return NULL;
	n->structure = like->structure;
	n->values = like->values;
	n->op = like->op;
	return &n->base;
}

const struct pattern *pattern_combine(struct arena *a, enum pattern_op op, enum pattern_structure structure,
				      const struct pattern *left, const struct pattern *right)
{
	return apply_new(a, &(struct apply){ .structure = structure, .values = combine_values, .op = op }, left, right);
}

/* --- Tails and gates ------------------------------------------------------------------------------------------------ */

static enum combined tail_values(const struct apply *n, struct arena *a, const struct value *l, const struct value *r,
				 struct value *out)
{
	uint32_t n_left = l->kind == VALUE_LIST ? l->list.n : 1;
	struct value *items = ARENA_ARRAY(a, (size_t)n_left + 1, struct value);

	(void)n;
	if (!items)
		return COMBINED_FAILED;
	memcpy(items, l->kind == VALUE_LIST ? l->list.items : l, n_left * sizeof *items);
	items[n_left] = *r;
	*out = (struct value){ .kind = VALUE_LIST, .list = { n_left + 1, items } };
	return COMBINED;
}

/* The gate is the left side, and a parameter: its atoms are no sounds. */
static const struct pattern *gated(struct arena *a, enum pattern_structure structure, const struct pattern *gate,
				   const struct pattern *p)
{
	const struct pattern *children[] = { gate, p };
	struct apply *n = node_new(a, sizeof *n, &apply_ops, children, 2);

	if (!n)
		return NULL;
	n->structure = structure;
	n->values = gate_values;
	n->base.n_params = 1;
	return &n->base;
}

const struct pattern *pattern_mask(struct arena *a, const struct pattern *mask, const struct pattern *p)
{
	return gated(a, STRUCTURE_RIGHT, mask, p);
}

const struct pattern *pattern_struct(struct arena *a, const struct pattern *rhythm, const struct pattern *p)
{
	return gated(a, STRUCTURE_LEFT, rhythm, p);
}

const struct pattern *pattern_tail(struct arena *a, const struct pattern *left, const struct pattern *right)
{
	return apply_new(a, &(struct apply){ .structure = STRUCTURE_LEFT, .values = tail_values }, left, right);
}
