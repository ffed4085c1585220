#include <string.h>

#include "render/pattern/pattern.h"
#include "tests/lib/test.h"

enum { NONE = 1000 };

static const struct {
	const char *name;
	double semitones; /* NONE: not a note */
} notes[] = {
	{ "c", 0 },        { "c4", 0 },     { "C4", 0 },      { "a4", 9 },      { "e", 4 },     { "c3", -12 },
	{ "c5", 12 },      { "eb4", 3 },    { "ef4", 3 },     { "bb3", -2 },    { "bf3", -2 },  { "f#5", 18 },
	{ "fs5", 18 },     { "cs", 1 },     { "c##4", 2 },    { "cb4", -1 },    { "c-1", -60 }, { "c10", 72 },
	{ "do", 0 },       { "re", 2 },     { "mi3", -8 },    { "fa", 5 },      { "sol", 7 },   { "so", 7 },
	{ "la4", 9 },      { "ti", 11 },    { "si5", 23 },    { "sol#2", -16 }, { "", NONE },   { "h", NONE },
	{ "c11", NONE },   { "c-2", NONE }, { "bd", NONE },   { "c4x", NONE },  { "4", NONE },  { "~", NONE },
	{ "c'maj", NONE }, { "c 4", NONE }, { "c100", NONE },
};

START_TEST(a_note_name_is_semitones_from_c4)
{
	double semitones = NONE;
	int rc = note_parse(notes[_i].name, strlen(notes[_i].name), &semitones);

	ck_assert_msg(rc == (notes[_i].semitones == NONE ? -1 : 0), "'%s' gives %d", notes[_i].name, rc);
	if (rc == 0)
		ck_assert_msg(semitones == notes[_i].semitones, "'%s' is %g", notes[_i].name, semitones);
}
END_TEST

static const struct {
	const char *name;
	size_t n; /* 0: not a chord */
	double notes[8];
} chords[] = {
	{ "c'maj", 3, { 0, 4, 7 } },
	{ "c'M", 3, { 0, 4, 7 } },
	{ "c3'min7", 4, { -12, -9, -5, -2 } },
	{ "c'm", 3, { 0, 3, 7 } },
	{ "e'major", 3, { 4, 8, 11 } },
	{ "c'dim", 3, { 0, 3, 6 } },
	{ "c'aug", 3, { 0, 4, 8 } },
	{ "c'sus2", 3, { 0, 2, 7 } },
	{ "c'sus4", 3, { 0, 5, 7 } },
	{ "c'maj7", 4, { 0, 4, 7, 11 } },
	{ "c'7", 4, { 0, 4, 7, 10 } },
	{ "c'dom7", 4, { 0, 4, 7, 10 } },
	{ "c'dim7", 4, { 0, 3, 6, 9 } },
	{ "c'm7b5", 4, { 0, 3, 6, 10 } },
	{ "c'aug7", 4, { 0, 4, 8, 10 } },
	{ "c'mM7", 4, { 0, 3, 7, 11 } },
	{ "c'maj9", 5, { 0, 4, 7, 11, 14 } },
	{ "c'min9", 5, { 0, 3, 7, 10, 14 } },
	{ "c'9", 5, { 0, 4, 7, 10, 14 } },
	{ "c'11", 6, { 0, 4, 7, 10, 14, 17 } },
	{ "c'13", 7, { 0, 4, 7, 10, 14, 17, 21 } },
	{ "c'6", 4, { 0, 4, 7, 9 } },
	{ "c'm6", 4, { 0, 3, 7, 9 } },
	{ "c'6/9", 5, { 0, 4, 7, 9, 14 } },
	{ "c'5", 2, { 0, 7 } },
	{ "0'major", 3, { 0, 4, 7 } },
	{ "-2'min", 3, { -2, 1, 5 } },
	{ "c'maj'5", 5, { 0, 4, 7, 12, 16 } },
	{ "c'maj'2", 2, { 0, 4 } },
	{ "c'major'o", 3, { -12, 4, -5 } },
	{ "c'maj'i", 3, { 4, 7, 12 } },
	{ "c'maj'ii", 3, { 7, 12, 16 } },
	{ "c'maj'd1", 3, { -5, 0, 4 } },
	{ "c'maj'5'i", 5, { 4, 7, 12, 16, 12 } },
	{ "c'nonsense", 0, { 0 } },
	{ "c'", 0, { 0 } },
	{ "'maj", 0, { 0 } },
	{ "x'maj", 0, { 0 } },
	{ "c'maj'", 0, { 0 } },
	{ "c'maj'0", 0, { 0 } },
	{ "c'maj'17", 0, { 0 } },
	{ "c'maj'd4", 0, { 0 } },
	{ "c'maj'x", 0, { 0 } },
	{ "c", 0, { 0 } },
};

START_TEST(a_chord_name_is_its_notes)
{
	double got[CHORD_NOTES_MAX];
	size_t n = 0;
	int rc = chord_parse(chords[_i].name, strlen(chords[_i].name), got, &n);

	ck_assert_msg(rc == (chords[_i].n ? 0 : -1), "'%s' gives %d", chords[_i].name, rc);
	if (rc < 0)
		return;
	ck_assert_msg(n == chords[_i].n, "'%s' has %zu notes", chords[_i].name, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(got[i] == chords[_i].notes[i], "note %zu of '%s' is %g", i, chords[_i].name, got[i]);
}
END_TEST

START_TEST(a4_is_440_hz_and_an_octave_doubles)
{
	ck_assert_double_eq_tol(note_to_hz(9), 440, 1e-9);
	ck_assert_double_eq_tol(note_to_hz(21), 880, 1e-9);
	ck_assert_double_eq_tol(note_to_hz(0), 261.6255653005986, 1e-9);
}
END_TEST

START_TEST(every_control_is_found_by_its_name)
{
	for (int key = CONTROL_NONE + 1; key < CONTROL_COUNT; key++) {
		const char *name = control_name((enum control_key)key);
		ck_assert_int_eq(control_find(name, strlen(name)), key);
	}
	ck_assert_int_eq(control_find("nonsense", 8), CONTROL_NONE);
	ck_assert_int_eq(control_find("", 0), CONTROL_NONE);
	ck_assert_str_eq(control_name(CONTROL_NONE), "");
}
END_TEST

static Suite *note_suite(void)
{
	Suite *s = suite_create("note");
	TCase *t = tcase_create("names");

	tcase_add_loop_test(t, a_note_name_is_semitones_from_c4, 0, sizeof notes / sizeof *notes);
	tcase_add_loop_test(t, a_chord_name_is_its_notes, 0, sizeof chords / sizeof *chords);
	tcase_add_test(t, a4_is_440_hz_and_an_octave_doubles);
	tcase_add_test(t, every_control_is_found_by_its_name);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(note_suite());
}
