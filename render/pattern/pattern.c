/* The basic nodes: silence, constants, stacks, sequences, alternations, maps of values. */
#include "render/pattern/pattern.h"

#include <math.h>
#include <string.h>

#include "render/pattern/node.h"

void *node_new(struct arena *a, size_t size, const struct pattern_ops *ops, const struct pattern *const *children,
	       size_t n_children)
{
	const struct pattern **copies = n_children ? ARENA_ARRAY(a, n_children, const struct pattern *) : NULL;
	struct pattern *p = arena_alloc(a, size);
	unsigned depth = 0;

	if (!p || (n_children && !copies))
		return NULL;
	for (size_t i = 0; i < n_children; i++) {
		if (!children[i])
			return NULL;
		if (children[i]->depth > depth)
			depth = children[i]->depth;
		if (children[i]->flow > p->flow)
			p->flow = children[i]->flow;
		copies[i] = children[i];
	}
	if (depth >= PATTERN_DEPTH_MAX || n_children > UINT32_MAX)
		return NULL;
	p->ops = ops;
	p->bytes = size;
	p->depth = depth + 1;
	p->n_children = (unsigned)n_children;
	p->children = copies;
	p->events_min = certain_events(ops->certain, copies, n_children);
	p->period = node_period(ops->period, copies, n_children);
	return p;
}

/* --- Certain events --------------------------------------------------------------------------------------- */

static double least_events(const struct pattern *const *contents, size_t n)
{
	double least = contents[0]->events_min;

	for (size_t i = 1; i < n; i++)
		least = fmin(least, contents[i]->events_min);
	return least;
}

static double sum_of_events(const struct pattern *const *contents, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += contents[i]->events_min;
	return sum;
}

double certain_events(enum certain_events rule, const struct pattern *const *contents, size_t n)
{
	switch (rule) {
	case CERTAIN_FIRST:
		return contents[0]->events_min;
	case CERTAIN_LEAST:
		return least_events(contents, n);
	case CERTAIN_SUM:
		return sum_of_events(contents, n);
	case CERTAIN_TIMES:
	case CERTAIN_NOTHING:
		break;
	}
	return 0;
}

double certain_events_times(double events, double n)
{
	double whole = floor(n);

	if (!(events > 0) || !(n > 0))
		return 0;
	return events * (whole == n ? n : fmax(whole - 1, 0));
}

unsigned pattern_depth(const struct pattern *p)
{
	return p->depth;
}

double pattern_events_min(const struct pattern *p)
{
	return p->events_min;
}

/* --- Silence ---------------------------------------------------------------------------------------------- */

static int silence_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	(void)p, (void)span, (void)e, (void)out;
	return 0;
}

static const struct pattern_ops silence_ops = { .query = silence_query, .period = PERIOD_COMMON };

const struct pattern *pattern_silence(struct arena *a)
{
	return node_new(a, sizeof(struct pattern), &silence_ops, NULL, 0);
}

/* --- Constants -------------------------------------------------------------------------------------------- */

struct pure {
	struct pattern base;
	struct value value;
	struct span source;
};

static int pure_push(const struct pure *n, struct timespan whole, struct timespan part, struct eval *e,
		     struct hap_list *out)
{
	struct hap *h = haps_push(out, e);

	if (!h)
		return -1;
	h->has_whole = true;
	h->whole = whole;
	h->part = part;
	h->value = n->value;
	h->source = n->source;
	return 0;
}

static int pure_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct pure *n = (const struct pure *)p;
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		struct timespan whole = { rational_int(it.cycle), rational_int(it.cycle + 1) };
		if (pure_push(n, whole, it.piece, e, out) < 0)
			return -1;
	}
	if (more < 0 && e->err)
		e->err->where = n->source;
	return more;
}

static bool pure_equal(const struct pattern *p, const struct pattern *q)
{
	return value_equal(&((const struct pure *)p)->value, &((const struct pure *)q)->value);
}

static const struct pattern_ops pure_ops = { .query = pure_query, .period = PERIOD_COMMON, .equal = pure_equal };

const struct pattern *pattern_pure(struct arena *a, struct value v, struct span source)
{
	struct pure *n = node_new(a, sizeof *n, &pure_ops, NULL, 0);

	if (!n)
		return NULL;
	n->value = v;
	n->source = source;
	n->base.events_min = 1;
	return &n->base;
}

bool pattern_is_pure(const struct pattern *p, struct value *v)
{
	if (p->ops != &pure_ops)
		return false;
	*v = ((const struct pure *)p)->value;
	return true;
}

enum pattern_flow pattern_flow(const struct pattern *p)
{
	return p->flow;
}

void pattern_each_atom(const struct pattern *p, void (*cb)(void *ctx, const struct value *v, struct span source),
		       void *ctx)
{
	if (p->ops == &pure_ops) {
		const struct pure *n = (const struct pure *)p;
		cb(ctx, &n->value, n->source);
		return;
	}
	for (unsigned i = p->n_params + p->n_selectors; i < p->n_children; i++)
		pattern_each_atom(p->children[i], cb, ctx);
}

/* --- Stacks ----------------------------------------------------------------------------------------------- */

static int stack_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	for (unsigned i = 0; i < p->n_children; i++)
		if (node_query(p->children[i], span, e, out) < 0)
			return -1;
	return 0;
}

static const struct pattern_ops stack_ops = { .query = stack_query, .period = PERIOD_COMMON, .certain = CERTAIN_SUM };

const struct pattern *pattern_stack(struct arena *a, const struct pattern *const *ps, size_t n)
{
	if (n == 0)
		return pattern_silence(a);
	return n == 1 ? ps[0] : node_new(a, sizeof(struct pattern), &stack_ops, ps, n);
}

/* --- Alternation ------------------------------------------------------------------------------------------ */

/* Cycle c is the c/n-th cycle of child c mod n. */
static int slowcat_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t n = p->n_children;
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		int64_t turn = rational_floor((struct rational){ it.cycle, n });
		struct rational shift = rational_int(turn - it.cycle);
		if (query_mapped(p->children[it.cycle - turn * n], it.piece, RATIONAL_ONE, shift, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct pattern_ops slowcat_ops = { .query = slowcat_query,
						.period = PERIOD_TURNS,
						.certain = CERTAIN_LEAST };

const struct pattern *pattern_slowcat(struct arena *a, const struct pattern *const *ps, size_t n)
{
	if (n == 0)
		return pattern_silence(a);
	return n == 1 ? ps[0] : node_new(a, sizeof(struct pattern), &slowcat_ops, ps, n);
}

/* --- Sequences -------------------------------------------------------------------------------------------- */

/* Child i takes [at[i], at[i + 1]) of every cycle and plays its whole cycle in it. at[0] = 0, at[n] = 1. */
struct sequence {
	struct pattern base;
	const struct rational *at;
};

/* The step that holds position x, 0 <= x < 1. */
static unsigned sequence_find(const struct sequence *n, struct rational x)
{
	unsigned lo = 0, hi = n->base.n_children;

	while (hi - lo > 1) {
		unsigned mid = lo + (hi - lo) / 2;
		if (rational_cmp(n->at[mid], x) <= 0)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Child time = cycle + (t - cycle - at) / width. */
static int sequence_query_step(const struct sequence *n, unsigned i, int64_t cycle, struct timespan piece,
			       struct eval *e, struct hap_list *out)
{
	const struct pattern *child = n->base.children[i];
	struct rational c = rational_int(cycle), speed;
	struct timespan step = { rational_add(c, n->at[i]), rational_add(c, n->at[i + 1]) };

	if (!timespan_is_valid(step))
		return eval_fail_time(e);
	if (!timespan_intersect(step, piece, &piece))
		return 0;
	/* Most steps are constants, whose cycle is the step: nothing to map. */
	if (child->ops == &pure_ops)
		return pure_push((const struct pure *)child, step, piece, e, out);
	speed = rational_div(RATIONAL_ONE, rational_sub(n->at[i + 1], n->at[i]));
	return query_mapped(child, piece, speed, rational_sub(c, rational_mul(step.begin, speed)), e, out);
}

static int sequence_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct sequence *n = (const struct sequence *)p;
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		struct timespan local = timespan_shift(it.piece, rational_int(-it.cycle));
		unsigned i = sequence_find(n, local.begin);
		do {
			if (sequence_query_step(n, i, it.cycle, it.piece, e, out) < 0)
				return -1;
		} while (++i < p->n_children && rational_cmp(n->at[i], local.end) < 0);
	}
	return more;
}

static bool sequence_equal(const struct pattern *p, const struct pattern *q)
{
	const struct sequence *a = (const struct sequence *)p, *b = (const struct sequence *)q;

	return memcmp(a->at, b->at, (p->n_children + 1) * sizeof *a->at) == 0;
}

static const struct pattern_ops sequence_ops = {
	.query = sequence_query, .period = PERIOD_COMMON, .certain = CERTAIN_SUM, .equal = sequence_equal
};

/* at[n + 1] from weights (all 1 when NULL); NULL when the arena or the range of fractions is exhausted. */
static const struct rational *sequence_places(struct arena *a, const struct rational *weights, size_t n)
{
	struct rational *at = ARENA_ARRAY(a, n + 1, struct rational);
	struct rational total;

	if (!at)
		return NULL;
	at[0] = RATIONAL_ZERO;
	for (size_t i = 0; i < n; i++)
		at[i + 1] = rational_add(at[i], weights ? weights[i] : RATIONAL_ONE);
	total = at[n];
	for (size_t i = 1; i <= n; i++) {
		at[i] = rational_div(at[i], total);
		if (!rational_is_valid(at[i]))
			return NULL;
	}
	return at;
}

static const struct pattern *sequence_new(struct arena *a, const struct pattern *const *ps,
					  const struct rational *weights, size_t n)
{
	const struct rational *at;
	struct sequence *s;

	if (n == 0)
		return pattern_silence(a);
	if (n == 1)
		return ps[0];
	at = sequence_places(a, weights, n);
	s = at ? node_new(a, sizeof *s, &sequence_ops, ps, n) : NULL;
	if (!s)
		return NULL;
	s->at = at;
	return &s->base;
}

const struct pattern *pattern_fastcat(struct arena *a, const struct pattern *const *ps, size_t n)
{
	return sequence_new(a, ps, NULL, n);
}

const struct pattern *pattern_timecat(struct arena *a, const struct pattern *const *ps, const struct rational *weights,
				      size_t n)
{
	const struct pattern **kept = ARENA_ARRAY(a, n, const struct pattern *);
	struct rational *kept_weights = ARENA_ARRAY(a, n, struct rational);
	size_t n_kept = 0;

	if (!kept || !kept_weights)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (weights[i].den && weights[i].num <= 0)
			continue;
		kept[n_kept] = ps[i];
		kept_weights[n_kept++] = weights[i];
	}
	return sequence_new(a, kept, kept_weights, n_kept);
}

/* --- Maps ------------------------------------------------------------------------------------------------- */

struct map {
	struct pattern base;
	struct value_fn fn;
};

static int map_value(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	const struct map *n = ctx;

	if (!n->fn.map(n->fn.ctx, a, in, out))
		out->n = 0;
	return 0;
}

static int map_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	return haps_expand(out, from, (struct value_expansion){ map_value, p }, e);
}

static const struct pattern_ops map_ops = { .query = map_query, .period = PERIOD_COMMON };

const struct pattern *pattern_map(struct arena *a, const struct pattern *p, struct value_fn fn)
{
	struct map *n = node_new(a, sizeof *n, &map_ops, &p, 1);

	if (!n)
		return NULL;
	n->fn = fn;
	return &n->base;
}
