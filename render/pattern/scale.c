/* scale: degrees of a scale made semitones. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

enum { SCALE_NOTES_MAX = 12, SCALE_NAME_MAX = 32 };

struct scale {
	const char *names[4]; /* without blanks and capitals; NULL-terminated */
	unsigned char n, semitones[SCALE_NOTES_MAX];
};

/* The names are those of TidalCycles and of common theory. */
static const struct scale scales[] = {
	{ { "major", "ionian" }, 7, { 0, 2, 4, 5, 7, 9, 11 } },
	{ { "minor", "aeolian", "naturalminor" }, 7, { 0, 2, 3, 5, 7, 8, 10 } },
	{ { "dorian" }, 7, { 0, 2, 3, 5, 7, 9, 10 } },
	{ { "phrygian" }, 7, { 0, 1, 3, 5, 7, 8, 10 } },
	{ { "lydian" }, 7, { 0, 2, 4, 6, 7, 9, 11 } },
	{ { "mixolydian" }, 7, { 0, 2, 4, 5, 7, 9, 10 } },
	{ { "locrian" }, 7, { 0, 1, 3, 5, 6, 8, 10 } },
	{ { "harmonicminor", "harmminor" }, 7, { 0, 2, 3, 5, 7, 8, 11 } },
	{ { "melodicminor", "melminup", "melodicminorasc" }, 7, { 0, 2, 3, 5, 7, 9, 11 } },
	{ { "harmonicmajor", "harmmajor" }, 7, { 0, 2, 4, 5, 7, 8, 11 } },
	{ { "doubleharmonic", "doubleharmonicmajor", "bhairav" }, 7, { 0, 1, 4, 5, 7, 8, 11 } },
	{ { "hungarianminor" }, 7, { 0, 2, 3, 6, 7, 8, 11 } },
	{ { "neapolitanminor", "neapolitan" }, 7, { 0, 1, 3, 5, 7, 8, 11 } },
	{ { "superlocrian", "altered", "locriansuper" }, 7, { 0, 1, 3, 4, 6, 8, 10 } },
	{ { "lydianminor", "lydmin" }, 7, { 0, 2, 4, 6, 7, 8, 10 } },
	{ { "lydiandominant", "acoustic", "overtone" }, 7, { 0, 2, 4, 6, 7, 9, 10 } },
	{ { "lydianaugmented" }, 7, { 0, 2, 4, 6, 8, 9, 11 } },
	{ { "phrygiandominant", "spanish", "hijaz" }, 7, { 0, 1, 4, 5, 7, 8, 10 } },
	{ { "romanianminor" }, 7, { 0, 2, 3, 6, 7, 9, 10 } },
	{ { "enigmatic" }, 7, { 0, 1, 4, 6, 8, 10, 11 } },
	{ { "leadingwhole" }, 7, { 0, 2, 4, 6, 8, 10, 11 } },
	{ { "marva" }, 7, { 0, 1, 4, 6, 7, 9, 11 } },
	{ { "purvi" }, 7, { 0, 1, 4, 6, 7, 8, 11 } },
	{ { "todi" }, 7, { 0, 1, 3, 6, 7, 8, 11 } },
	{ { "ahirbhairav" }, 7, { 0, 1, 4, 5, 7, 9, 10 } },
	{ { "minpent", "minorpentatonic" }, 5, { 0, 3, 5, 7, 10 } },
	{ { "majpent", "majorpentatonic", "pentatonic" }, 5, { 0, 2, 4, 7, 9 } },
	{ { "egyptian" }, 5, { 0, 2, 5, 7, 10 } },
	{ { "hirajoshi" }, 5, { 0, 2, 3, 7, 8 } },
	{ { "kumoi", "kumai" }, 5, { 0, 2, 3, 7, 9 } },
	{ { "iwato" }, 5, { 0, 1, 5, 6, 10 } },
	{ { "in", "insen" }, 5, { 0, 1, 5, 7, 10 } },
	{ { "pelog" }, 5, { 0, 1, 3, 7, 8 } },
	{ { "chinese" }, 5, { 0, 4, 6, 7, 11 } },
	{ { "ritusen", "ritsusen" }, 5, { 0, 2, 5, 7, 9 } },
	{ { "blues", "minorblues" }, 6, { 0, 3, 5, 6, 7, 10 } },
	{ { "majorblues" }, 6, { 0, 2, 3, 4, 7, 9 } },
	{ { "whole", "wholetone" }, 6, { 0, 2, 4, 6, 8, 10 } },
	{ { "prometheus" }, 6, { 0, 2, 4, 6, 9, 10 } },
	{ { "augmented" }, 6, { 0, 3, 4, 7, 8, 11 } },
	{ { "bebop", "bebopdominant" }, 8, { 0, 2, 4, 5, 7, 9, 10, 11 } },
	{ { "bebopmajor" }, 8, { 0, 2, 4, 5, 7, 8, 9, 11 } },
	{ { "diminished", "wholehalfdiminished" }, 8, { 0, 2, 3, 5, 6, 8, 9, 11 } },
	{ { "diminished2", "halfwholediminished" }, 8, { 0, 1, 3, 4, 6, 7, 9, 10 } },
	{ { "chromatic" }, 12, { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 } },
};

static const char *const scale_names[] = {
	"major",    "minor",      "dorian",    "phrygian",   "lydian",       "mixolydian", "locrian", "harmonicMinor",
	"minPent",  "majPent",    "blues",     "whole",      "chromatic",    "hirajoshi",  "pelog",   "melodicMinor",
	"egyptian", "diminished", "augmented", "pentatonic", "superLocrian", NULL,
};

/* ':' and '_' join words as in "C:minor:pentatonic", so they are no part of the name. */
static size_t normalize(char *out, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < SCALE_NAME_MAX; i++)
		if (text[i] != ':' && text[i] != '_' && text[i] != ' ')
			out[n++] = (char)tolower((unsigned char)text[i]);
	out[n] = '\0';
	return n;
}

static const struct scale *find_scale(const char *text, size_t len)
{
	char name[SCALE_NAME_MAX];

	normalize(name, text, len);
	for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
		for (const char *const *s = scales[i].names; s < scales[i].names + 4 && *s; s++)
			if (strcmp(*s, name) == 0)
				return &scales[i];
	return NULL;
}

/* "minor", "D3:dorian", "a2:minor:pentatonic"; *root and *letter (0 is c) are 0 without a root. NULL when there
 * is no such scale. */
static const struct scale *parse_scale(const char *text, size_t len, double *root, int *letter)
{
	const char *colon = memchr(text, ':', len);
	const struct scale *s = find_scale(text, len);

	*root = 0, *letter = 0;
	if (s || !colon || note_parse(text, (size_t)(colon - text), root) < 0)
		return s;
	if ((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'g')
		*letter = ((text[0] | 0x20) - 'a' + 5) % 7;
	return find_scale(colon + 1, len - (size_t)(colon + 1 - text));
}

static bool is_scale(const char *text, size_t len)
{
	double root;
	int letter;
	return parse_scale(text, len, &root, &letter) != NULL;
}

/* --- The node --------------------------------------------------------------------------------------------- */

struct tuning {
	const struct pattern *content;
	bool names_notes; /* makes numbers note names instead of semitones */
	const struct scale *scale;
	double root;
	int letter; /* of the root: 0 is c, 6 is b */
};

/* Numbers of the scale below and in the octave of a degree. */
struct degree {
	double octave;
	unsigned index;
};

static struct degree degree_of(const struct tuning *t, double x)
{
	double n = t->scale->n, octave = floor(floor(x) / n);
	return (struct degree){ octave, (unsigned)(floor(x) - octave * n) };
}

static double degree_to_semitones(const struct tuning *t, double x)
{
	struct degree d = degree_of(t, x);
	return t->root + 12 * d.octave + t->scale->semitones[d.index];
}

static const int naturals[] = { 0, 2, 4, 5, 7, 9, 11 };

/* Letters between the root and a note: one per degree in scales of seven, else those of the common intervals. */
static int letters_up(const struct tuning *t, struct degree d)
{
	static const int common[] = { 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6 };
	return t->scale->n == 7 ? (int)d.index : common[t->scale->semitones[d.index]];
}

/* "F#4": the letter that the degree asks for, raised or lowered. False when the arena is exhausted. */
static bool degree_to_name(const struct tuning *t, double x, struct arena *a, struct value *out)
{
	struct degree d = degree_of(t, x);
	double root_octave = floor((t->root - naturals[t->letter] + 6) / 12);
	int letter = t->letter + letters_up(t, d);
	double octave = root_octave + d.octave + letter / 7;
	int shift = (int)(degree_to_semitones(t, x) - 12 * octave - naturals[letter % 7]);
	const char *sign = shift < 0 ? "bbbb" : "####";
	const char *text =
		arena_printf(a, "%c%.*s%.0f", "CDEFGAB"[letter % 7], abs(shift) < 4 ? abs(shift) : 4, sign, octave + 4);

	if (!text)
		return false;
	*out = (struct value){ .kind = VALUE_WORD, .word = { text, (uint32_t)strlen(text) } };
	return true;
}

/* A number is a degree; of a map its note, or where it has none its n. */
static int tune_value(struct value *v, const struct tuning *t, struct eval *e)
{
	enum control_key key = value_map_get(v, CONTROL_NOTE) ? CONTROL_NOTE : CONTROL_N;
	const struct value *item = v->kind == VALUE_MAP ? value_map_get(v, key) : v;
	double degree;

	if (!item || !value_to_number(item, &degree) || !(fabs(degree) < 1e9))
		return 0;
	if (v->kind != VALUE_MAP && t->names_notes)
		return degree_to_name(t, degree, e->arena, v) ? 0 : eval_fail_memory(e);
	if (v->kind != VALUE_MAP)
		*v = value_number(degree_to_semitones(t, degree));
	else if (!value_map_set(e->arena, v, key, value_number(degree_to_semitones(t, degree)), v))
		return eval_fail_memory(e);
	return 0;
}

/* The name of a scale: a word, or "D3:dorian" as the mini-notation reads it, a list. */
static const struct scale *scale_of(const struct value *v, double *root, int *letter)
{
	char text[128];
	size_t n = 0;

	if (v->kind == VALUE_WORD)
		return parse_scale(v->word.text, v->word.len, root, letter);
	if (v->kind != VALUE_LIST)
		return NULL;
	for (uint32_t i = 0; i < v->list.n; i++) {
		const struct value *w = &v->list.items[i];
		if (w->kind != VALUE_WORD || w->word.len + 1 > sizeof text - n)
			return NULL;
		memcpy(text + n, w->word.text, w->word.len);
		n += w->word.len;
		text[n++] = ':';
	}
	return n ? parse_scale(text, n - 1, root, letter) : NULL;
}

struct tuner {
	struct pattern base; /* children: names of scales, degrees */
	bool names_notes;
};

static int tune(const void *ctx, const struct hap *name, struct eval *e, struct hap_list *out)
{
	const struct tuner *n = ctx;
	struct tuning t = { .content = n->base.children[1], .names_notes = n->names_notes };
	size_t from = out->n;

	t.scale = scale_of(&name->value, &t.root, &t.letter);
	if (!t.scale)
		return 0;
	if (node_query(t.content, name->part, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++)
		if (tune_value(&out->haps[i].value, &t, e) < 0)
			return -1;
	return 0;
}

static int scale_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	return query_rewritten(p->children[0], span, (struct hap_rewrite){ tune, p }, e, out);
}

static const struct pattern_ops scale_ops = { .query = scale_query };

static const struct pattern *tuned(struct arena *a, const struct pattern *names, bool names_notes,
				   const struct pattern *p)
{
	const struct pattern *children[] = { names, p };
	struct tuner *n = node_new(a, sizeof *n, &scale_ops, children, 2);

	if (!n)
		return NULL;
	n->base.n_params = 1;
	n->names_notes = names_notes;
	return &n->base;
}

static const struct pattern *scale_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return tuned(a, args[0].pattern, false, p);
}

const struct transform_def transform_scale = {
	.name = "scale",
	.aliases = { "toScale" },
	.doc = "Takes numbers as degrees of a scale, from 0: \"minor\", or with a root \"d3:dorian\".",
	.example = "out $ s \"blip*4\" # note (\"0 2 4 7\" $ scale \"minor\")",
	.params = { { .name = "name",
		      .kind = TRANSFORM_NAME,
		      .is_name = is_scale,
		      .names = scale_names,
		      .doc = "the scale" } },
	.n_params = 1,
	.is_modifier = true,
	.apply = scale_apply,
};

static const struct pattern *scale_names_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					       const struct pattern *p)
{
	(void)site;
	return tuned(a, args[0].pattern, true, p);
}

const struct transform_def transform_scaleNames = {
	.name = "scaleNames",
	.doc = "As scale, with note names for semitones: an instrument takes them as absolute pitches.",
	.example = "out $ s \"blip*4\" # note (\"0 2 4 7\" $ scaleNames \"d3:dorian\")",
	.params = { { .name = "name",
		      .kind = TRANSFORM_NAME,
		      .is_name = is_scale,
		      .names = scale_names,
		      .doc = "the scale" } },
	.n_params = 1,
	.is_modifier = true,
	.apply = scale_names_apply,
};
