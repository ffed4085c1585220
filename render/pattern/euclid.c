/* Euclidean rhythms: k pulses spread as evenly as possible over n steps.
 *
 * E. Bjorklund, "The Theory of Rep-Rate Pattern Generation in the SNS Timing System" (2003); G. Toussaint, "The
 * Euclidean Algorithm Generates Traditional Musical Rhythms" (2005). Two kinds of groups, at first [1] and [0],
 * are paired until at most one of a kind is left over; the rhythm is the groups of the first kind and then
 * those of the second. A negative k inverts the rhythm; the rotation turns it earlier. More pulses than steps
 * fill k steps, as in Tidal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* n groups that all have the same bits[len]. */
struct group {
	unsigned n, len;
	uint8_t bits[EUCLID_STEPS_MAX];
};

static void group_append(struct group *g, const struct group *tail)
{
	memcpy(g->bits + g->len, tail->bits, tail->len);
	g->len += tail->len;
}

/* Pairs each group of the smaller kind with one of the other; what is left over becomes the second kind. */
static void pair_groups(struct group *a, struct group *b)
{
	if (a->n > b->n) {
		struct group old = *a;
		group_append(a, b);
		a->n = b->n;
		old.n -= b->n;
		*b = old;
	} else {
		group_append(a, b);
		b->n -= a->n;
	}
}

static uint8_t *group_write(const struct group *g, uint8_t *at)
{
	for (unsigned i = 0; i < g->n; i++, at += g->len)
		memcpy(at, g->bits, g->len);
	return at;
}

static void bjorklund(uint8_t *bits, unsigned n_steps, unsigned n_pulses)
{
	struct group a = { .n = n_pulses, .len = 1, .bits = { 1 } };
	struct group b = { .n = n_steps - n_pulses, .len = 1, .bits = { 0 } };

	while (a.n > 1 && b.n > 1)
		pair_groups(&a, &b);
	group_write(&b, group_write(&a, bits));
}

void euclid_fill(uint8_t *bits, unsigned n_steps, int n_pulses, int rotation)
{
	uint8_t straight[EUCLID_STEPS_MAX];
	unsigned pulses = (unsigned)abs(n_pulses);
	unsigned turn;

	if (!n_steps)
		return;
	bjorklund(straight, n_steps, pulses);
	/* As in Strudel, what would turn by more than the rhythm's length does not turn it. */
	if ((unsigned)abs(rotation) > n_steps)
		rotation = 0;
	turn = (unsigned)(rotation + (int)n_steps) % n_steps;
	for (unsigned i = 0; i < n_steps; i++)
		bits[i] = straight[(i + turn) % n_steps] ^ (n_pulses < 0);
}

/* --- The node --------------------------------------------------------------------------------------------- */

struct rhythm {
	unsigned n_steps; /* 0: silence */
	const uint8_t *bits;
};

static bool is_in_range(double x)
{
	return x >= -EUCLID_STEPS_MAX && x <= EUCLID_STEPS_MAX;
}

/* The rhythm of pulses v[0], steps v[1], rotation v[2], which are in range; -1 when the arena is exhausted. */
static int rhythm_make(struct arena *a, const struct param *v, struct rhythm *out)
{
	int pulses, steps, rotation;
	uint8_t *bits;

	*out = (struct rhythm){ .n_steps = 0 };
	pulses = (int)v[0].number;
	steps = (int)v[1].number;
	rotation = is_in_range(v[2].number) ? (int)floor(v[2].number) : 0;
	if (steps == 0)
		return 0;
	if (abs(pulses) > steps)
		steps = abs(pulses);
	bits = ARENA_ARRAY(a, (size_t)steps, uint8_t);
	if (!bits)
		return -1;
	euclid_fill(bits, (unsigned)steps, pulses, rotation);
	*out = (struct rhythm){ (unsigned)steps, bits };
	return 0;
}

/* Gives the haps of one sounding step the step's time as whole; their own time only says which they are. */
static int query_step(const struct pattern *p, struct timespan step, struct timespan piece, struct eval *e,
		      struct hap_list *out)
{
	size_t from = out->n;

	if (!timespan_is_valid(step))
		return eval_fail_time(e);
	if (!timespan_intersect(step, piece, &piece))
		return 0;
	if (query_held(p, step, piece, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		out->haps[i].has_whole = true;
		out->haps[i].whole = step;
	}
	return 0;
}

/* Whether step i is one, counted on into the cycles before and after. */
static bool is_pulse(const struct rhythm *r, int64_t i)
{
	int64_t at = i % r->n_steps;

	return r->bits[at < 0 ? at + r->n_steps : at];
}

/* Where the pulse of step i ends: with the step, or where the next pulse begins, in this cycle or the next. */
static int64_t pulse_end(const struct rhythm *r, int64_t i, bool is_legato)
{
	int64_t end = i + 1;

	while (is_legato && end < i + r->n_steps && !is_pulse(r, end))
		end++;
	return end;
}

static struct timespan pulse_span(const struct rhythm *r, struct rational cycle, int64_t i, bool is_legato)
{
	return (struct timespan){ rational_add(cycle, rational_make(i, r->n_steps)),
				  rational_add(cycle, rational_make(pulse_end(r, i, is_legato), r->n_steps)) };
}

/* The step whose pulse sounds at step i, 0 <= i < n_steps, or before it: i itself, or with legato perhaps one of the
 * cycle before. */
static int64_t pulse_at(const struct rhythm *r, int64_t i, bool is_legato)
{
	int64_t at = i;

	while (is_legato && at > i - r->n_steps && !is_pulse(r, at))
		at--;
	return at;
}

/* One cycle: piece lies in it. */
static int query_cycle(const struct pattern *p, const struct rhythm *r, bool is_legato, const struct cycle_iter *it,
		       struct eval *e, struct hap_list *out)
{
	struct rational cycle = rational_int(it->cycle);
	struct timespan local =
		timespan_scale(timespan_shift(it->piece, rational_neg(cycle)), rational_int(r->n_steps));
	int64_t first;

	if (!timespan_is_valid(local))
		return eval_fail_time(e);
	first = pulse_at(r, rational_floor(local.begin), is_legato);
	for (int64_t i = first; i < r->n_steps; i++) {
		if (i > first && rational_cmp(rational_int(i), local.end) >= 0)
			break;
		if (is_pulse(r, i) && query_step(p, pulse_span(r, cycle, i, is_legato), it->piece, e, out) < 0)
			return -1;
	}
	return eval_charge(e, r->n_steps / 64);
}

static int query_rhythm(const struct param_node *n, const struct param *v, bool is_legato, struct timespan span,
			struct eval *e, struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	struct rhythm fresh;
	const struct rhythm *r = n->ctx;
	int more;

	if (!r) {
		if (!is_in_range(v[0].number) || !is_in_range(v[1].number))
			return eval_fail_large(e, "steps of a euclidean rhythm",
					       fmax(fabs(v[0].number), fabs(v[1].number)), EUCLID_STEPS_MAX);
		if (rhythm_make(e->arena, v, &fresh) < 0)
			return eval_fail_memory(e);
		r = &fresh;
	}
	if (!r->n_steps)
		return 0;
	while ((more = cycles_next(&it, e)) > 0)
		if (query_cycle(param_content(n, 0), r, is_legato, &it, e, out) < 0)
			return -1;
	return more;
}

static int euclid_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	return query_rhythm(n, v, false, span, e, out);
}

static int legato_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	return query_rhythm(n, v, true, span, e, out);
}

static const struct param_ops legato_ops = { .query = legato_query, .period = PERIOD_COMMON };
static const struct param_ops euclid_ops = { .query = euclid_query, .period = PERIOD_COMMON };

/* What is constant sounds on every pulse. */
static double rhythm_events_min(const struct rhythm *r, const struct pattern *p)
{
	struct value v;
	double n = 0;

	if (!pattern_is_pure(p, &v))
		return 0;
	for (unsigned i = 0; i < r->n_steps; i++)
		n += r->bits[i];
	return n;
}

static const struct pattern *rhythmic(struct arena *a, const struct param_ops *ops,
				      const struct pattern *const children[4])
{
	struct param_node *node = param_node_new(a, ops, children, 3, 1);
	struct rhythm *r;

	if (!node || !node->is_constant)
		return (const struct pattern *)node;
	if (!is_in_range(node->constant[0].number) || !is_in_range(node->constant[1].number))
		return &node->base; /* queries say so */
	r = ARENA_NEW(a, struct rhythm);
	if (!r || rhythm_make(a, node->constant, r) < 0)
		return NULL;
	node->ctx = r;
	node->base.events_min = rhythm_events_min(r, children[3]);
	return &node->base;
}

const struct pattern *pattern_euclid(struct arena *a, const struct pattern *k, const struct pattern *n,
				     const struct pattern *rotation, const struct pattern *p)
{
	const struct pattern *children[] = { k, n, rotation, p };
	return rhythmic(a, &euclid_ops, children);
}

const struct pattern *pattern_euclid_legato(struct arena *a, const struct pattern *k, const struct pattern *n,
					    const struct pattern *rotation, const struct pattern *p)
{
	const struct pattern *children[] = { k, n, rotation, p };
	return rhythmic(a, &legato_ops, children);
}

#define EUCLID_PARAMS                                                                                                  \
	{                                                                                                              \
		{ .name = "k",                                                                                         \
		  .unit = "pulses",                                                                                    \
		  .min = -EUCLID_STEPS_MAX,                                                                            \
		  .max = EUCLID_STEPS_MAX,                                                                             \
		  .doc = "pulses; a negative number plays the steps between them" },                                   \
			{ .name = "n",                                                                                 \
			  .unit = "steps",                                                                             \
			  .min = 0,                                                                                    \
			  .max = EUCLID_STEPS_MAX,                                                                     \
			  .doc = "steps in a cycle" },                                                                 \
		{                                                                                                      \
			.name = "rotation", .unit = "steps", .is_optional = true, .min = -EUCLID_STEPS_MAX,            \
			.max = EUCLID_STEPS_MAX, .doc = "how many steps earlier the rhythm begins"                     \
		}                                                                                                      \
	}

static const struct pattern *euclid_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return pattern_euclid(a, args[0].pattern, args[1].pattern, args[2].pattern, p);
}

const struct transform_def transform_euclid = {
	.name = "euclid",
	.aliases = { "euclidRot", "euclidOff" },
	.doc = "Plays the pattern in a euclidean rhythm: k pulses spread evenly over n steps.",
	.example = "out $ s \"bd\" $ euclid 3 8",
	.params = EUCLID_PARAMS,
	.n_params = 3,
	.apply = euclid_apply,
};

static const struct pattern *euclid_inverse_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						  const struct pattern *p)
{
	const struct pattern *k =
		pattern_combine(a, PATTERN_MUL, STRUCTURE_LEFT, args[0].pattern, pattern_number(a, -1));
	struct value v;

	(void)site;
	if (args[0].pattern && pattern_is_pure(args[0].pattern, &v) && v.kind == VALUE_NUMBER)
		k = pattern_number(a, -v.number);
	return pattern_euclid(a, k, args[1].pattern, args[2].pattern, p);
}

const struct transform_def transform_euclidInv = {
	.name = "euclidInv",
	.aliases = { "euclidinv" },
	.doc = "Plays the pattern on the steps that a euclidean rhythm leaves out.",
	.example = "out $ s \"bd\" $ euclidInv 3 8",
	.params = EUCLID_PARAMS,
	.n_params = 3,
	.apply = euclid_inverse_apply,
};

static const struct pattern *euclid_legato_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						 const struct pattern *p)
{
	(void)site;
	return pattern_euclid_legato(a, args[0].pattern, args[1].pattern, args[2].pattern, p);
}

const struct transform_def transform_euclidLegato = {
	.name = "euclidLegato",
	.aliases = { "euclidLegatoRot" },
	.doc = "As euclid, and every pulse lasts until the next one.",
	.example = "out $ s \"bd\" $ euclidLegato 3 8",
	.params = EUCLID_PARAMS,
	.n_params = 3,
	.apply = euclid_legato_apply,
};
