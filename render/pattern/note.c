/* Note and chord names. */
#include <math.h>
#include <string.h>

#include "render/pattern/pattern.h"

enum { OCTAVE_DEFAULT = 4, OCTAVE_MIN = -1, OCTAVE_MAX = 10, SEMITONES_PER_OCTAVE = 12 };

double note_to_hz(double semitones_from_c4)
{
	return 440.0 * exp2((semitones_from_c4 - 9.0) / SEMITONES_PER_OCTAVE);
}

/* --- Notes ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	int semitones;
} solfege[] = {
	{ "do", 0 }, { "re", 2 }, { "mi", 4 },  { "fa", 5 },  { "sol", 7 },
	{ "so", 7 }, { "la", 9 }, { "ti", 11 }, { "si", 11 },
};

static bool starts_with(const char *text, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);
	return len >= n && memcmp(text, prefix, n) == 0;
}

/* Bytes of the syllable or letter at the start of text; 0 when there is none. Syllables go first, so "fa" is
 * not the letter f and an a. */
static size_t parse_step(const char *text, size_t len, int *semitones)
{
	static const int letters[] = { 9, 11, 0, 2, 4, 5, 7 }; /* a b c d e f g */

	for (size_t i = 0; i < sizeof solfege / sizeof *solfege; i++)
		if (starts_with(text, len, solfege[i].name)) {
			*semitones = solfege[i].semitones;
			return strlen(solfege[i].name);
		}
	if (len == 0 || (text[0] | 0x20) < 'a' || (text[0] | 0x20) > 'g')
		return 0;
	*semitones = letters[(text[0] | 0x20) - 'a'];
	return 1;
}

static int accidental(char c)
{
	if (c == '#' || c == 's')
		return 1;
	return c == 'b' || c == 'f' ? -1 : 0;
}

/* All of text as an octave number. */
static int parse_octave(const char *text, size_t len, int *octave)
{
	bool is_negative = len && text[0] == '-';
	int value = 0;

	text += is_negative, len -= is_negative;
	if (len == 0 || len > 2)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	*octave = is_negative ? -value : value;
	return *octave >= OCTAVE_MIN && *octave <= OCTAVE_MAX ? 0 : -1;
}

int note_parse(const char *text, size_t len, double *semitones)
{
	int step, octave = OCTAVE_DEFAULT, shift = 0;
	size_t at = parse_step(text, len, &step);

	if (!at)
		return -1;
	while (at < len && accidental(text[at]))
		shift += accidental(text[at++]);
	if (at < len && parse_octave(text + at, len - at, &octave) < 0)
		return -1;
	*semitones = step + shift + SEMITONES_PER_OCTAVE * (octave - OCTAVE_DEFAULT);
	return 0;
}

/* --- Chords ----------------------------------------------------------------------------------------------- */

struct chord_type {
	const char *names; /* separated by spaces */
	unsigned n;
	signed char intervals[8];
};

static const struct chord_type chord_types[] = {
	{ "major maj M", 3, { 0, 4, 7 } },
	{ "minor min m", 3, { 0, 3, 7 } },
	{ "dim diminished", 3, { 0, 3, 6 } },
	{ "aug augmented", 3, { 0, 4, 8 } },
	{ "sus2", 3, { 0, 2, 7 } },
	{ "sus4", 3, { 0, 5, 7 } },
	{ "maj7 major7 M7", 4, { 0, 4, 7, 11 } },
	{ "min7 minor7 m7", 4, { 0, 3, 7, 10 } },
	{ "dom7 7", 4, { 0, 4, 7, 10 } },
	{ "dim7 diminished7", 4, { 0, 3, 6, 9 } },
	{ "hdim7 m7b5", 4, { 0, 3, 6, 10 } },
	{ "aug7", 4, { 0, 4, 8, 10 } },
	{ "mM7", 4, { 0, 3, 7, 11 } },
	{ "maj9 major9 M9", 5, { 0, 4, 7, 11, 14 } },
	{ "min9 minor9 m9", 5, { 0, 3, 7, 10, 14 } },
	{ "dom9 9", 5, { 0, 4, 7, 10, 14 } },
	{ "maj11 major11 M11", 6, { 0, 4, 7, 11, 14, 17 } },
	{ "min11 minor11 m11", 6, { 0, 3, 7, 10, 14, 17 } },
	{ "dom11 11", 6, { 0, 4, 7, 10, 14, 17 } },
	{ "maj13 major13 M13", 7, { 0, 4, 7, 11, 14, 17, 21 } },
	{ "min13 minor13 m13", 7, { 0, 3, 7, 10, 14, 17, 21 } },
	{ "dom13 13", 7, { 0, 4, 7, 10, 14, 17, 21 } },
	{ "6", 4, { 0, 4, 7, 9 } },
	{ "m6 min6", 4, { 0, 3, 7, 9 } },
	{ "6/9 69", 5, { 0, 4, 7, 9, 14 } },
	{ "5 power", 2, { 0, 7 } },
};

/* Whether name[len] is one of the words of list. */
static bool is_listed(const char *list, const char *name, size_t len)
{
	for (const char *word = list; *word;) {
		size_t n = strcspn(word, " ");
		if (n == len && memcmp(word, name, len) == 0)
			return true;
		word += n + (word[n] == ' ');
	}
	return false;
}

static const struct chord_type *chord_type_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof chord_types / sizeof *chord_types; i++)
		if (is_listed(chord_types[i].names, name, len))
			return &chord_types[i];
	return NULL;
}

struct chord {
	double *notes;
	size_t n;
};

/* 'o: the first and third note an octave down. */
static void chord_open(struct chord *c)
{
	if (c->n < 3)
		return;
	c->notes[0] -= SEMITONES_PER_OCTAVE;
	c->notes[2] -= SEMITONES_PER_OCTAVE;
}

/* 'i: the lowest note goes an octave up, to the end. */
static void chord_invert(struct chord *c)
{
	double lowest = c->notes[0];

	memmove(c->notes, c->notes + 1, (c->n - 1) * sizeof *c->notes);
	c->notes[c->n - 1] = lowest + SEMITONES_PER_OCTAVE;
}

/* 'd2: the second note from the top an octave down, to the front. */
static int chord_drop(struct chord *c, unsigned from_top)
{
	size_t i = c->n - from_top;
	double dropped;

	if (from_top < 1 || from_top > c->n)
		return -1;
	dropped = c->notes[i] - SEMITONES_PER_OCTAVE;
	memmove(c->notes + 1, c->notes, i * sizeof *c->notes);
	c->notes[0] = dropped;
	return 0;
}

/* '5: exactly five notes, going on in the octaves above. */
static int chord_resize(struct chord *c, unsigned n)
{
	size_t old = c->n;

	if (n < 1 || n > CHORD_NOTES_MAX)
		return -1;
	for (size_t i = old; i < n; i++)
		c->notes[i] = c->notes[i - old] + SEMITONES_PER_OCTAVE;
	c->n = n;
	return 0;
}

/* Reads up to two digits; 0 when there are none. */
static unsigned parse_small(const char **at, const char *end)
{
	unsigned value = 0;

	for (int i = 0; i < 2 && *at < end && **at >= '0' && **at <= '9'; i++)
		value = value * 10 + (unsigned)(*(*at)++ - '0');
	return value;
}

/* What follows the second quote: "5", "o", "ii", "d2". */
static int chord_modify(struct chord *c, const char *at, const char *end)
{
	if (at == end)
		return -1;
	if (*at == 'o' && at + 1 == end) {
		chord_open(c);
		return 0;
	}
	if (*at == 'd') {
		at++;
		return chord_drop(c, parse_small(&at, end)) < 0 || at != end ? -1 : 0;
	}
	for (; at < end && *at == 'i'; at++)
		chord_invert(c);
	if (at < end && chord_resize(c, parse_small(&at, end)) < 0)
		return -1;
	return at == end ? 0 : -1;
}

static int parse_root(const char *text, size_t len, double *semitones)
{
	struct rational number;

	if (note_parse(text, len, semitones) == 0)
		return 0;
	number = rational_parse(text, len);
	if (!rational_is_valid(number))
		return -1;
	*semitones = rational_to_double(number);
	return 0;
}

int chord_parse(const char *text, size_t len, double semitones[CHORD_NOTES_MAX], size_t *n)
{
	const char *end = text + len, *quote = memchr(text, '\'', len), *next;
	const struct chord_type *type;
	struct chord c = { semitones, 0 };
	double root;

	if (!quote || parse_root(text, (size_t)(quote - text), &root) < 0)
		return -1;
	next = memchr(quote + 1, '\'', (size_t)(end - quote - 1));
	type = chord_type_find(quote + 1, (size_t)((next ? next : end) - quote - 1));
	if (!type)
		return -1;
	for (c.n = 0; c.n < type->n; c.n++)
		semitones[c.n] = root + type->intervals[c.n];
	while (next) {
		const char *at = next + 1;
		next = memchr(at, '\'', (size_t)(end - at));
		if (chord_modify(&c, at, next ? next : end) < 0)
			return -1;
	}
	*n = c.n;
	return 0;
}
