/* swing, groove, shuffle, humanize: events moved a little in time.
 *
 * How far an event is moved depends on its own time only, and is at most `reach`. So what is asked for is looked up in
 * a span that is wider by the reach, moved, and cut to what was asked for. */
#include <math.h>
#include <string.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Whoever moves events farther means another transform; a wide reach makes every query as wide. */
enum { REACH_MAX = 4, CHANCE_STEPS = 65536 };

struct displacement {
	const struct param_node *node;
	const struct param *values;
	struct rational reach; /* >= 0 */
	/* How much later the event is; -1 with e->err set. */
	int (*by)(struct displacement *d, const struct hap *h, struct eval *e, struct rational *out);
	/* swing: the onsets of cycle `cycle`, in order, each once. */
	struct rational *onsets;
	size_t n_onsets;
	int64_t cycle;
};

static int displace_hap(struct displacement *d, struct hap *h, struct eval *e)
{
	struct rational by;

	if (!h->has_whole)
		return 0;
	if (d->by(d, h, e, &by) < 0)
		return -1;
	h->whole = timespan_shift(h->whole, by);
	h->part = timespan_shift(h->part, by);
	return timespan_is_valid(h->whole) && timespan_is_valid(h->part) ? 0 : eval_fail_time(e);
}

static int displace(struct displacement *d, struct timespan span, struct eval *e, struct hap_list *out)
{
	struct timespan wide = { rational_sub(span.begin, d->reach), rational_add(span.end, d->reach) };
	size_t from = out->n, to;

	if (!rational_is_valid(d->reach) || !timespan_is_valid(wide))
		return eval_fail_time(e);
	if (d->reach.num / d->reach.den > REACH_MAX)
		return eval_fail_large(e, "cycles that an event may be moved by", rational_to_double(d->reach),
				       REACH_MAX);
	if (node_query(param_content(d->node, 0), wide, e, out) < 0)
		return -1;
	to = out->n;
	for (size_t i = from; i < to; i++) {
		struct hap h = out->haps[i];
		if (displace_hap(d, &h, e) < 0)
			return -1;
		out->haps[i] = h;
	}
	haps_cut(out, from, span);
	return 0;
}

static struct rational magnitude(struct rational a)
{
	return a.num < 0 ? rational_neg(a) : a;
}

/* --- swing ------------------------------------------------------------------------------------------------ */

static int keep_onset(const void *ctx, const struct hap *h, struct eval *e, struct hap_list *out)
{
	const struct displacement *d = ctx;
	struct hap *kept;

	if (!h->has_whole || rational_floor(h->whole.begin) != d->cycle || !hap_has_onset(h))
		return 0;
	kept = haps_push(out, e);
	if (!kept)
		return -1;
	*kept = *h;
	return 0;
}

/* Collects the onsets of d->cycle. */
static int find_onsets(struct displacement *d, struct eval *e)
{
	struct timespan cycle = { rational_int(d->cycle), rational_int(d->cycle + 1) };
	struct hap_list found = { .n = 0 };

	if (query_rewritten(param_content(d->node, 0), cycle, (struct hap_rewrite){ keep_onset, d }, e, &found) < 0)
		return -1;
	hap_list_sort(&found);
	d->n_onsets = 0;
	d->onsets = ARENA_ARRAY(e->arena, found.n ? found.n : 1, struct rational);
	if (!d->onsets)
		return eval_fail_memory(e);
	for (size_t i = 0; i < found.n; i++) {
		struct rational onset = found.haps[i].whole.begin;
		if (!d->n_onsets || rational_cmp(d->onsets[d->n_onsets - 1], onset) != 0)
			d->onsets[d->n_onsets++] = onset;
	}
	return 0;
}

static int swing_by(struct displacement *d, const struct hap *h, struct eval *e, struct rational *out)
{
	int64_t cycle = rational_floor(h->whole.begin);
	size_t lo = 0, hi;

	if (!d->onsets || cycle != d->cycle) {
		d->cycle = cycle;
		if (find_onsets(d, e) < 0)
			return -1;
	}
	for (hi = d->n_onsets; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		if (rational_cmp(d->onsets[mid], h->whole.begin) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*out = lo % 2 ? d->values[0].exact : RATIONAL_ZERO;
	return 0;
}

static int swing_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	struct displacement d = { .node = n, .values = v, .reach = magnitude(v[0].exact), .by = swing_by };
	return displace(&d, span, e, out);
}

/* --- groove ----------------------------------------------------------------------------------------------- */

/* Units in a cycle, and the most that a groove moves an event. */
enum { GROOVE_STEPS_MAX = 16, GROOVE_UNITS = 800, GROOVE_REACH = 50 };

static const struct groove {
	const char *name;
	int n_steps;
	short late[GROOVE_STEPS_MAX]; /* units, by step; what falls between two belongs to the first */
} grooves[] = {
	{ "mpc", 16, { 0, 25, 0, 25, 0, 25, 0, 25, 0, 25, 0, 25, 0, 25, 0, 25 } },
	{ "hiphop", 16, { 0, 0, 8, 0, 16, 0, 8, 0, 0, 0, 8, 0, 16, 0, 8, 0 } },
	{ "reggae", 16, { 0, 0, 8, 0, 0, 0, 8, 0, 20, 0, 8, 0, 0, 0, 8, 0 } },
	{ "jazz", 8, { 0, 50, 0, 50, 0, 50, 0, 50 } },
	{ "drunken", 16, { 0, 15, -7, 20, 5, -13, 10, 25, -5, 13, -10, 18, 7, -15, 2, 22 } },
};
static const char *const groove_names[] = { "mpc", "hiphop", "reggae", "jazz", "drunken", NULL };

static const struct groove *find_groove(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof grooves / sizeof *grooves; i++)
		if (strlen(grooves[i].name) == len && memcmp(grooves[i].name, text, len) == 0)
			return &grooves[i];
	return NULL;
}

static bool is_groove(const char *text, size_t len)
{
	return find_groove(text, len) != NULL;
}

static int groove_by(struct displacement *d, const struct hap *h, struct eval *e, struct rational *out)
{
	const struct groove *g = &grooves[(size_t)d->values[1].number];
	struct rational at = rational_sub(h->whole.begin, rational_int(rational_floor(h->whole.begin)));
	struct rational step = rational_mul(at, rational_int(g->n_steps));

	if (!rational_is_valid(step))
		return eval_fail_time(e);
	*out = rational_mul(d->values[0].exact, rational_make(g->late[rational_floor(step)], GROOVE_UNITS));
	return 0;
}

/* Parameters: amount, the number of the groove. */
static int groove_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct displacement d = { .node = n, .values = v, .by = groove_by };

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	d.reach = rational_mul(magnitude(v[0].exact), rational_make(GROOVE_REACH, GROOVE_UNITS));
	return displace(&d, span, e, out);
}

/* The name of a groove as its number. */
static bool groove_number(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	const struct groove *g = in->kind == VALUE_WORD ? find_groove(in->word.text, in->word.len) : NULL;
	struct value *v = ARENA_NEW(a, struct value);

	(void)ctx;
	if (!g || !v)
		return false;
	*v = value_number((double)(g - grooves));
	*out = (struct value_list){ 1, v };
	return true;
}

/* --- shuffle ---------------------------------------------------------------------------------------------- */

static int chance_by(struct displacement *d, const struct hap *h, struct eval *e, struct rational *out)
{
	double r = 2 * eval_random(e, d->node->site, h->whole.begin) - 1;

	*out = rational_mul(d->values[0].exact, rational_make((int64_t)floor(r * CHANCE_STEPS), CHANCE_STEPS));
	return rational_is_valid(*out) ? 0 : eval_fail_time(e);
}

static int jitter_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct displacement d = { .node = n, .values = v, .reach = magnitude(v[0].exact), .by = chance_by };
	return displace(&d, span, e, out);
}

/* Contents: the pattern, its parts shuffled. A number from 1 on counts parts, a smaller one is a time. */
static int shuffle_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	if (v[0].number >= 1)
		return node_query(param_content(n, 1), span, e, out);
	return jitter_query(n, v, span, e, out);
}

/* --- In the language -------------------------------------------------------------------------------------- */

static const struct param_ops swing_ops = { .query = swing_query };
static const struct param_ops groove_ops = { .query = groove_query };
static const struct param_ops jitter_ops = { .query = jitter_query };
static const struct param_ops shuffle_ops = { .query = shuffle_query };

static const struct pattern *displaced(struct arena *a, const struct param_ops *ops,
				       const struct pattern *const *children, unsigned n_params, unsigned n_content,
				       uint64_t site)
{
	struct param_node *n = param_node_new(a, ops, children, n_params, n_content);

	if (!n)
		return NULL;
	n->site = site;
	return &n->base;
}

static const struct pattern *swing_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };
	return displaced(a, &swing_ops, children, 1, 1, site);
}

const struct transform_def transform_swing = {
	.name = "swing",
	.doc = "Plays every second event of a cycle later.",
	.example = "out $ s \"hh*8\" $ swing 0.04",
	.params = { { .name = "time", .unit = "cycles", .min = -1, .max = 1, .doc = "how much later" } },
	.n_params = 1,
	.apply = swing_apply,
};

static const struct pattern *groove_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	const struct pattern *number = pattern_map(a, args[0].pattern, (struct value_fn){ groove_number, NULL });
	const struct pattern *children[] = { args[1].pattern, number, p };
	return displaced(a, &groove_ops, children, 2, 1, site);
}

const struct transform_def transform_groove = {
	.name = "groove",
	.doc = "Moves events off the grid as drummers of a style do: mpc, hiphop, reggae, jazz, drunken.",
	.example = "out $ s \"hh*16\" $ groove \"mpc\" 0.5",
	.params = { { .name = "style",
		      .kind = TRANSFORM_NAME,
		      .is_name = is_groove,
		      .names = groove_names,
		      .doc = "which style" },
		    { .name = "amount", .is_optional = true, .def = 1, .min = 0, .max = 4, .doc = "how much of it" } },
	.n_params = 2,
	.apply = groove_apply,
};

static const struct pattern *shuffle_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p, pattern_shuffle(a, args[0].pattern, site, p) };
	return displaced(a, &shuffle_ops, children, 1, 2, site);
}

const struct transform_def transform_shuffle = {
	.name = "shuffle",
	.doc = "Plays the n parts of every cycle in a random order; with a number below 1, moves every event by up to "
	       "that "
	       "many cycles.",
	.example = "out $ s \"bd sn hh cp\" $ shuffle 4",
	.params = { { .name = "n", .unit = "parts", .min = -1, .max = 1024, .doc = "parts of the cycle, or a time" } },
	.n_params = 1,
	.apply = shuffle_apply,
};

static const struct pattern *humanize_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };
	return displaced(a, &jitter_ops, children, 1, 1, site);
}

const struct transform_def transform_humanize = {
	.name = "humanize",
	.doc = "Moves every event at random by up to a time.",
	.example = "out $ s \"hh*8\" $ humanize 0.01",
	.params = { { .name = "time", .unit = "cycles", .min = -1, .max = 1, .doc = "how far at most" },
		    { .name = "velocity", .is_optional = true, .min = 0, .max = 1, .doc = "no effect" } },
	.n_params = 2,
	.apply = humanize_apply,
};
