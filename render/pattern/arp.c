/* arp: the notes of a chord one after another. */
#include <string.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* --- Orders ----------------------------------------------------------------------------------------------- */

/* The notes of a chord in the order in which they are played; at most four times as many as there are. */
struct order {
	unsigned *at;
	size_t n;
};

static void add(struct order *o, size_t i)
{
	o->at[o->n++] = (unsigned)i;
}

static void add_up(struct order *o, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		add(o, i);
}

static void add_down(struct order *o, size_t from, size_t to)
{
	for (size_t i = to; i > from; i--)
		add(o, i - 1);
}

/* The first, the last, the second, the last but one… */
static void add_converging(struct order *o, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(o, i % 2 ? n - 1 - i / 2 : i / 2);
}

/* What is there once more, backwards, without its last. */
static void add_mirrored(struct order *o)
{
	for (size_t i = o->n; i > 1; i--)
		add(o, o->at[i - 2]);
}

static void reverse_order(struct order *o)
{
	for (size_t i = 0; i < o->n / 2; i++) {
		unsigned swap = o->at[i];
		o->at[i] = o->at[o->n - 1 - i];
		o->at[o->n - 1 - i] = swap;
	}
}

static void up(struct order *o, size_t n)
{
	add_up(o, 0, n);
}

static void down(struct order *o, size_t n)
{
	add_down(o, 0, n);
}

static void up_down(struct order *o, size_t n)
{
	add_up(o, 0, n - 1);
	add_down(o, 1, n);
}

static void down_up(struct order *o, size_t n)
{
	add_down(o, 1, n);
	add_up(o, 0, n - 1);
}

static void up_and_down(struct order *o, size_t n)
{
	add_up(o, 0, n);
	add_down(o, 0, n);
}

static void down_and_up(struct order *o, size_t n)
{
	add_down(o, 0, n);
	add_up(o, 0, n);
}

static void converge(struct order *o, size_t n)
{
	add_converging(o, n);
}

static void diverge(struct order *o, size_t n)
{
	add_converging(o, n);
	reverse_order(o);
}

static void disconverge(struct order *o, size_t n)
{
	add_converging(o, n);
	add_mirrored(o);
}

static void pinky_up(struct order *o, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		add(o, i);
		add(o, n - 1);
	}
}

static void thumb_up(struct order *o, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		add(o, 0);
		add(o, i);
	}
}

/* There and back, without the turning points a second time. */
static void and_back(struct order *o)
{
	for (size_t i = o->n; i > 2; i--)
		add(o, o->at[i - 2]);
}

static void pinky_up_down(struct order *o, size_t n)
{
	pinky_up(o, n);
	and_back(o);
}

static void thumb_up_down(struct order *o, size_t n)
{
	thumb_up(o, n);
	and_back(o);
}

static const struct mode {
	const char *name;
	void (*fill)(struct order *o, size_t n);
} modes[] = {
	{ "up", up },
	{ "down", down },
	{ "updown", up_down },
	{ "downup", down_up },
	{ "up&down", up_and_down },
	{ "down&up", down_and_up },
	{ "converge", converge },
	{ "diverge", diverge },
	{ "disconverge", disconverge },
	{ "pinkyup", pinky_up },
	{ "pinkyupdown", pinky_up_down },
	{ "thumbup", thumb_up },
	{ "thumbupdown", thumb_up_down },
};

static const char *const mode_names[] = {
	"up",      "down",        "updown",  "downup",      "up&down", "down&up",     "converge",
	"diverge", "disconverge", "pinkyup", "pinkyupdown", "thumbup", "thumbupdown", NULL,
};

static const struct mode *find_mode(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strlen(modes[i].name) == len && memcmp(modes[i].name, text, len) == 0)
			return &modes[i];
	return NULL;
}

static bool is_mode(const char *text, size_t len)
{
	return find_mode(text, len) != NULL;
}

/* --- Chords ----------------------------------------------------------------------------------------------- */

static bool is_same_chord(const struct hap *a, const struct hap *b)
{
	return a->has_whole && b->has_whole && timespan_equal(a->whole, b->whole);
}

/* Moves the haps of [from, to) that share the whole of the first to the front, in their order; returns their end. */
static size_t gather_chord(struct hap_list *l, size_t from, size_t to)
{
	size_t end = from + 1;

	for (size_t i = end; i < to; i++) {
		struct hap h = l->haps[i];
		if (!is_same_chord(&l->haps[from], &h))
			continue;
		memmove(l->haps + end + 1, l->haps + end, (i - end) * sizeof h);
		l->haps[end++] = h;
	}
	return end;
}

/* What is done with the n haps of a chord, from `from` on: new ones are appended. */
struct chord_player {
	int (*fn)(const void *ctx, size_t from, size_t n, struct eval *e, struct hap_list *out);
	const void *ctx;
};

static int play_chords(size_t from, struct chord_player player, struct eval *e, struct hap_list *out)
{
	size_t to = out->n, end;

	for (size_t at = from; at < to; at = end) {
		end = gather_chord(out, at, to);
		if (eval_charge(e, (to - at) / 64) < 0 ||
		    (out->haps[at].has_whole && player.fn(player.ctx, at, end - at, e, out) < 0))
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

/* Replaces the chords of child. Cycle by cycle, since an event that is cut at the end of one comes twice. */
static int query_chords(const struct pattern *child, struct timespan span, struct chord_player player, struct eval *e,
			struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		size_t from = out->n;
		if (node_query(child, it.piece, e, out) < 0 || play_chords(from, player, e, out) < 0)
			return -1;
	}
	return more;
}

/* Appends note k of the n that the chord's time is divided among. */
static int spread_note(struct hap h, size_t k, size_t n, struct eval *e, struct hap_list *out)
{
	struct rational width = rational_div(rational_sub(h.whole.end, h.whole.begin), rational_int((int64_t)n));
	struct rational begin = rational_add(h.whole.begin, rational_mul(width, rational_int((int64_t)k)));
	struct hap *note;

	h.whole = (struct timespan){ begin, rational_add(begin, width) };
	if (!timespan_is_valid(h.whole))
		return eval_fail_time(e);
	if (!timespan_intersect(h.whole, h.part, &h.part))
		return 0;
	note = haps_push(out, e);
	if (!note)
		return -1;
	*note = h;
	return 0;
}

static int spread_chord(const struct mode *mode, size_t from, size_t to, struct eval *e, struct hap_list *out)
{
	struct order order = { .at = ARENA_ARRAY(e->arena, 4 * (to - from), unsigned) };

	if (!order.at)
		return eval_fail_memory(e);
	mode->fill(&order, to - from);
	for (size_t k = 0; k < order.n; k++)
		if (spread_note(out->haps[from + order.at[k]], k, order.n, e, out) < 0)
			return -1;
	return 0;
}

static int spread_chord_by(const void *ctx, size_t from, size_t n, struct eval *e, struct hap_list *out)
{
	return spread_chord(ctx, from, from + n, e, out);
}

static int arp_part(const void *ctx, const struct hap *name, struct eval *e, struct hap_list *out)
{
	const struct mode *mode =
		name->value.kind == VALUE_WORD ? find_mode(name->value.word.text, name->value.word.len) : NULL;
	return mode ? query_chords(ctx, name->part, (struct chord_player){ spread_chord_by, mode }, e, out) : 0;
}

static int arp_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	return query_rewritten(p->children[0], span, (struct hap_rewrite){ arp_part, p->children[1] }, e, out);
}

static const struct pattern_ops arp_ops = { .query = arp_query };

static const struct pattern *with_parameter(struct arena *a, const struct pattern_ops *ops,
					    const struct pattern *parameter, const struct pattern *p)
{
	const struct pattern *children[] = { parameter, p };
	struct pattern *n = node_new(a, sizeof *n, ops, children, 2);

	if (!n)
		return NULL;
	n->n_params = 1;
	return n;
}

static const struct pattern *arp_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	(void)site;
	return with_parameter(a, &arp_ops, args[0].pattern, p);
}

const struct transform_def transform_arp = {
	.name = "arp",
	.doc = "Plays the notes of a chord one after another.",
	.example = "out $ s \"blip\" # note \"[0,4,7]\" $ arp \"up\"",
	.params = { { .name = "mode",
		      .kind = TRANSFORM_NAME,
		      .is_name = is_mode,
		      .names = mode_names,
		      .doc = "the order" } },
	.n_params = 1,
	.apply = arp_apply,
};

/* --- By index --------------------------------------------------------------------------------------------- */

/* The chord's note that the index names, modulo their number, in the index's time. */
static int choose_note(const struct hap *index, size_t from, size_t n, struct eval *e, struct hap_list *out)
{
	struct hap h, *note;
	int64_t k;
	double i;

	if (!value_to_number(&index->value, &i) || !(i > -1e15 && i < 1e15))
		return 0;
	k = (int64_t)i % (int64_t)n;
	h = out->haps[from + (size_t)(k < 0 ? k + (int64_t)n : k)];
	if (!timespan_intersect(h.part, index->part, &h.part))
		return 0;
	h.has_whole = index->has_whole;
	h.whole = index->whole;
	note = haps_push(out, e);
	if (!note)
		return -1;
	*note = h;
	return 0;
}

static int choose_notes(const void *index, size_t from, size_t n, struct eval *e, struct hap_list *out)
{
	size_t first = out->n, last;

	if (node_query(index, out->haps[from].part, e, out) < 0)
		return -1;
	last = out->n;
	for (size_t i = first; i < last; i++) {
		struct hap h = out->haps[i];
		if (choose_note(&h, from, n, e, out) < 0)
			return -1;
	}
	haps_drop(out, first, last);
	return 0;
}

static int arp_index_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	return query_chords(p->children[1], span, (struct chord_player){ choose_notes, p->children[0] }, e, out);
}

static const struct pattern_ops arp_index_ops = { .query = arp_index_query };

static const struct pattern *arp_index_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					     const struct pattern *p)
{
	(void)site;
	return with_parameter(a, &arp_index_ops, args[0].pattern, p);
}

const struct transform_def transform_arpIdx = {
	.name = "arpIdx",
	.doc = "Plays those notes of a chord that a pattern of numbers names, in its rhythm.",
	.example = "out $ s \"blip\" # note \"[0,4,7]\" $ arpIdx \"0 1 2 1\"",
	.params = { { .name = "index", .min = -100000, .max = 100000, .doc = "which notes, from 0" } },
	.n_params = 1,
	.apply = arp_index_apply,
};

/* --- rolled ----------------------------------------------------------------------------------------------- */

/* Appends note k of n, which begins k / n of `by` event lengths later and ends with the chord. */
static int roll_note(struct hap h, size_t k, size_t n, struct rational by, struct eval *e, struct hap_list *out)
{
	struct rational length = rational_sub(h.whole.end, h.whole.begin);
	struct rational late = rational_mul(rational_mul(length, by), rational_make((int64_t)k, (int64_t)n));
	struct hap *note;

	h.whole.begin = rational_add(h.whole.begin, late);
	if (!timespan_is_valid(h.whole))
		return eval_fail_time(e);
	if (rational_cmp(h.whole.begin, h.whole.end) >= 0 || !timespan_intersect(h.whole, h.part, &h.part))
		return 0;
	note = haps_push(out, e);
	if (!note)
		return -1;
	*note = h;
	return 0;
}

static int roll_chord(const void *ctx, size_t from, size_t n, struct eval *e, struct hap_list *out)
{
	struct rational by = *(const struct rational *)ctx;
	bool is_downward = by.num < 0;

	for (size_t k = 0; k < n; k++)
		if (roll_note(out->haps[from + (is_downward ? n - 1 - k : k)], k, n,
			      is_downward ? rational_neg(by) : by, e, out) < 0)
			return -1;
	return 0;
}

static int rolled_query(const struct param_node *p, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	return query_chords(param_content(p, 0), span, (struct chord_player){ roll_chord, &v[0].exact }, e, out);
}

static const struct param_ops rolled_ops = { .query = rolled_query };

static const struct pattern *rolled_by(struct arena *a, const struct pattern *by, const struct pattern *p)
{
	const struct pattern *children[] = { by, p };
	return param_pattern(a, &rolled_ops, children, 1, 1);
}

static const struct pattern *rolled_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					     const struct pattern *p)
{
	(void)site;
	return rolled_by(a, args[0].pattern, p);
}

const struct transform_def transform_rolledBy = {
	.name = "rolledBy",
	.doc = "Plays the notes of a chord one after another, within a part of its length; from the top if negative.",
	.example = "out $ s \"blip\" # note \"[0,4,7]\" $ rolledBy 0.5",
	.params = { { .name = "amount", .unit = "events", .min = -1, .max = 1, .doc = "the part of its length" } },
	.n_params = 1,
	.apply = rolled_by_apply,
};

static const struct pattern *rolled_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)args, (void)site;
	return rolled_by(a, pattern_number(a, 0.25), p);
}

const struct transform_def transform_rolled = {
	.name = "rolled",
	.doc = "Plays the notes of a chord one after another, in the first quarter of its length.",
	.example = "out $ s \"blip\" # note \"[0,4,7]\" $ rolled",
	.apply = rolled_apply,
};
