/* chord: the notes of chords, on their own or upon roots. */
#include <string.h>

#include "render/pattern/node.h"
#include "render/pattern/source.h"

enum { CHORD_NAME_MAX = 64 };

struct intervals {
	double semitones[CHORD_NOTES_MAX];
	size_t n;
};

/* "maj", "min7'ii": the chord's notes above its root. */
static bool parse_intervals(const char *text, size_t len, struct intervals *out)
{
	char upon_zero[CHORD_NAME_MAX] = "0'";

	if (len > sizeof upon_zero - 3)
		return false;
	memcpy(upon_zero + 2, text, len);
	return chord_parse(upon_zero, len + 2, out->semitones, &out->n) == 0;
}

static bool is_chord(const char *text, size_t len)
{
	struct intervals chord;
	return parse_intervals(text, len, &chord);
}

static const char *const chord_names[] = {
	"major", "minor", "maj",  "min",  "maj7", "min7",  "dom7", "dim",
	"dim7",  "aug",   "sus2", "sus4", "min9", "power", NULL,
};

/* --- The node --------------------------------------------------------------------------------------------------- */

/* The root that a value is: a number, or a note by name. False for anything else. */
static bool root_of(const struct value *v, double *root)
{
	if (v->kind == VALUE_WORD)
		return note_parse(v->word.text, v->word.len, root) == 0;
	return value_to_number(v, root);
}

/* The map with its note, or where it has none its n, moved by an interval of a chord of n notes. */
static bool map_on_interval(struct arena *a, const struct value *map, double interval, size_t n, struct value *out)
{
	enum control_key key =
		!value_map_get(map, CONTROL_NOTE) && value_map_get(map, CONTROL_N) ? CONTROL_N : CONTROL_NOTE;
	const struct value *item = value_map_get(map, key), *size = value_map_get(map, CONTROL_CHORD_SIZE);
	double root = 0, voices = 1;

	if (item && !value_to_number(item, &root))
		return false;
	if (size)
		(void)value_to_number(size, &voices);
	return value_map_set(a, map, key, value_number(root + interval), out) &&
	       value_map_set(a, out, CONTROL_CHORD_SIZE, value_number(voices * (double)n), out);
}

/* Appends h once per note of the chord. A value that can be no root is dropped. */
static int push_chord(const struct hap *h, const struct intervals *chord, struct eval *e, struct hap_list *out)
{
	double root = 0;

	if (h->value.kind != VALUE_MAP && !root_of(&h->value, &root))
		return 0;
	for (size_t i = 0; i < chord->n; i++) {
		struct hap *copy = haps_push(out, e);
		if (!copy)
			return -1;
		*copy = *h;
		if (h->value.kind != VALUE_MAP)
			copy->value = value_number(root + chord->semitones[i]);
		else if (!map_on_interval(e->arena, &h->value, chord->semitones[i], chord->n, &copy->value))
			return eval_fail_memory(e);
	}
	return 0;
}

/* The roots where this name of a chord holds. */
static int chord_event(const void *ctx, const struct hap *name, struct eval *e, struct hap_list *out)
{
	const struct pattern *p = ctx;
	struct intervals chord;
	size_t from = out->n, to;

	if (name->value.kind != VALUE_WORD || !parse_intervals(name->value.word.text, name->value.word.len, &chord))
		return 0;
	if (node_query(p->children[1], name->part, e, out) < 0)
		return -1;
	to = out->n;
	for (size_t i = from; i < to; i++) {
		struct hap h = out->haps[i];
		if (push_chord(&h, &chord, e, out) < 0)
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

static int chord_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	return query_rewritten(p->children[0], span, (struct hap_rewrite){ chord_event, p }, e, out);
}

static const struct pattern_ops chord_ops = { .query = chord_query, .period = PERIOD_COMMON };

static const struct pattern *chord_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };
	struct pattern *n = node_new(a, sizeof *n, &chord_ops, children, 2);

	(void)site;
	if (!n)
		return NULL;
	n->n_params = 1;
	return n;
}

const struct transform_def transform_chord = {
	.name = "chord",
	.doc = "Makes chords of roots: \"maj\", \"min7\", \"min7'ii\"; behind '#' as well.",
	.example = "out $ s \"blip*2\" # note (\"0 5\" $ chord \"maj min7\") # gain 0.8",
	.params = { { .name = "name",
		      .kind = TRANSFORM_NAME,
		      .is_name = is_chord,
		      .names = chord_names,
		      .doc = "the kind of chord" } },
	.n_params = 1,
	.is_modifier = true,
	.apply = chord_apply,
};

/* --- Upon no root ----------------------------------------------------------------------------------------------- */

/* The notes of the chord that a value names, from 0. */
static int name_to_notes(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	struct value *notes = ARENA_ARRAY(a, CHORD_NOTES_MAX, struct value);
	struct intervals chord = { .n = 0 };

	(void)ctx;
	if (!notes)
		return -1;
	if (in->kind == VALUE_WORD && !parse_intervals(in->word.text, in->word.len, &chord))
		chord.n = 0;
	for (size_t i = 0; i < chord.n; i++)
		notes[i] = value_number(chord.semitones[i]);
	*out = (struct value_list){ (uint32_t)chord.n, notes };
	return 0;
}

static int notes_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	return haps_expand(out, from, (struct value_expansion){ name_to_notes, NULL }, e);
}

static const struct pattern_ops notes_ops = { .query = notes_query, .period = PERIOD_COMMON };

static const struct pattern *chord_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	struct pattern *n = node_new(a, sizeof *n, &notes_ops, &args[0].pattern, 1);

	(void)site;
	if (!n)
		return NULL;
	n->n_params = 1; /* names of chords are no notes */
	return n;
}

const struct source_def source_chord = {
	.name = "chord",
	.doc = "The notes of chords, from 0: chord \"maj\" is 0, 4 and 7 at once.",
	.example = "out $ s \"blip*2\" # note (chord \"<maj min7>\" + \"0 5\") # gain 0.8",
	.params = { { .name = "name",
		      .kind = TRANSFORM_NAME,
		      .is_name = is_chord,
		      .names = chord_names,
		      .doc = "the kind of chord" } },
	.n_params = 1,
	.make = chord_make,
};
