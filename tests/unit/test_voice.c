/* Voices: tempo, envelopes and positions, each a pure function of its event and the frame. */
#include <math.h>
#include <string.h>

#include "render/engine/envelope.h"
#include "render/engine/note.h"
#include "render/engine/tempo.h"
#include "render/engine/voice.h"
#include "render/engine/voice_store.h"
#include "tests/lib/test.h"

/* --- Tempo ------------------------------------------------------------------------------------------------ */

static const struct {
	struct rational cycle, cps;
	uint32_t rate;
	int64_t frame;
} frames[] = {
	{ { 0, 1 }, { 1, 2 }, 44100, 0 },
	{ { 1, 1 }, { 1, 2 }, 44100, 88200 },
	{ { 1, 3 }, { 1, 2 }, 44100, 29400 },
	{ { 1, 16 }, { 1, 2 }, 44100, 5513 },   /* 5512.5 rounds up */
	{ { -1, 16 }, { 1, 2 }, 44100, -5512 }, /* towards +infinity as well */
	{ { 1000000007, 3 }, { 7, 12 }, 48000, 27428571620571 },
	{ { INT64_MAX, 1 }, { 1, 2 }, 192000, (int64_t)1 << 62 }, /* saturates */
};

START_TEST(test_cycle_becomes_nearest_frame)
{
	struct tempo t = { frames[_i].rate, frames[_i].cps };
	struct error err = ERROR_INIT;
	int64_t frame;
	ck_assert_int_eq(tempo_frame(&t, frames[_i].cycle, &frame, &err), 0);
	ck_assert_int_eq(frame, frames[_i].frame);
}
END_TEST

START_TEST(test_overflowed_time_is_an_error)
{
	struct tempo t = { 44100, { 1, 2 } };
	struct error err = ERROR_INIT;
	int64_t frame;
	ck_assert_int_eq(tempo_frame(&t, RATIONAL_OVERFLOW, &frame, &err), -1);
	ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

/* --- Envelopes -------------------------------------------------------------------------------------------- */

static sample level_at(const struct envelope *e, uint64_t frame)
{
	sample level;
	envelope_fill(e, frame, &level, 1);
	return level;
}

START_TEST(test_edges_rise_hold_and_fall)
{
	struct envelope e;
	envelope_edges(&e, 4, 100, 8);
	ck_assert_float_eq(level_at(&e, 0), 0);
	ck_assert_float_eq(level_at(&e, 2), 0.5f);
	ck_assert_float_eq(level_at(&e, 50), 1);
	ck_assert_float_eq(level_at(&e, 104), 0.5f);
	ck_assert_uint_eq(e.end, 108);
}
END_TEST

START_TEST(test_gate_shorter_than_attack_falls_from_where_it_is)
{
	struct envelope e;
	envelope_edges(&e, 100, 50, 10);
	ck_assert_float_eq_tol(level_at(&e, 50), 0.5f, 1e-6f);
	ck_assert_float_eq_tol(level_at(&e, 55), 0.25f, 1e-6f);
	ck_assert_uint_eq(e.end, 60);
}
END_TEST

START_TEST(test_percussive_decays_by_e_to_the_minus_five)
{
	struct envelope e;
	envelope_percussive(&e, 10, 1000, ENVELOPE_NO_GATE, 132);
	ck_assert_float_eq_tol(level_at(&e, 10), 1, 1e-6f);
	ck_assert_float_eq_tol(level_at(&e, 510), expf(-2.5f), 1e-5f);
	ck_assert_uint_eq(e.end, 1010);
}
END_TEST

START_TEST(test_adsr_reaches_its_levels)
{
	struct envelope e;
	envelope_adsr(&e, 10, 20, 0.25f, 100, 500);
	ck_assert_float_eq_tol(level_at(&e, 10), 1, 1e-6f);
	ck_assert_float_eq_tol(level_at(&e, 20), 0.625f, 1e-6f);
	ck_assert_float_eq_tol(level_at(&e, 499), 0.25f, 1e-6f);
	ck_assert_float_eq_tol(level_at(&e, 550), 0.125f, 1e-6f);
	ck_assert_uint_eq(e.end, 600);
}
END_TEST

START_TEST(test_envelope_is_the_same_however_it_is_cut)
{
	enum { N = 700 };
	sample whole[N], piece[N];
	struct envelope e;
	envelope_percussive(&e, 37, 900, 600, 132);
	envelope_fill(&e, 0, whole, N);
	for (size_t at = 0, len = 1; at < N; at += len, len = len % 61 + 1) {
		len = len < N - at ? len : N - at;
		envelope_fill(&e, at, piece + at, len);
	}
	ck_assert_mem_eq(whole, piece, sizeof whole);
}
END_TEST

/* --- Positions -------------------------------------------------------------------------------------------- */

enum { SOUND_FRAMES = 200 };

static sample padded[SOUND_FRAMES + 2 * SAMPLE_PAD_FRAMES];
static struct sample_data sound;

/* A ramp with silent pads. */
static void sound_setup(void)
{
	for (int i = 0; i < SOUND_FRAMES; i++)
		padded[SAMPLE_PAD_FRAMES + i] = (sample)i;
	sound = (struct sample_data){
		.ch = { padded + SAMPLE_PAD_FRAMES, padded + SAMPLE_PAD_FRAMES },
		.n_ch = 1,
		.n_frames = SOUND_FRAMES,
		.sample_rate_hz = 44100,
	};
}

static struct voice voice_at(uint64_t onset, double start, double rate)
{
	struct voice v = { .onset = onset,
			   .path = { .data = &sound,
				     .start = (int64_t)(start * (double)PATH_UNIT),
				     .rate = (int64_t)(rate * (double)PATH_UNIT) },
			   .gain = { { 1, 0 }, { 0.5f, 0 } } };
	envelope_edges(&v.envelope, 1, ENVELOPE_NO_GATE, 1);
	v.end = onset + path_frames_inside(&v.path, 0, SOUND_FRAMES * PATH_UNIT);
	return v;
}

START_TEST(test_voice_at_rate_one_is_an_exact_copy)
{
	sample left[300] = { 0 }, right[300] = { 0 };
	struct voice v = voice_at(50, 0, 1);
	voice_mix(&v, 0, 300, left, right);
	for (int i = 0; i < 300; i++) {
		sample expected = i >= 50 && i < 250 ? (sample)(i - 50) : 0;
		ck_assert_float_eq(left[i], expected);
		ck_assert_float_eq(right[i], expected * 0.5f);
	}
}
END_TEST

START_TEST(test_voice_interpolates_a_ramp_exactly)
{
	sample left[100] = { 0 }, right[100] = { 0 };
	struct voice v = voice_at(0, 60, 0.5); /* far from the kinks at the ends of the ramp */
	voice_mix(&v, 0, 100, left, right);
	for (int i = 1; i < 100; i++)
		ck_assert_float_eq_tol(left[i], 60 + 0.5f * (sample)i, 1e-2f);
}
END_TEST

START_TEST(test_reversed_voice_begins_at_the_end)
{
	sample left[300] = { 0 }, right[300] = { 0 };
	struct voice v = voice_at(0, SOUND_FRAMES - 1, -1);
	voice_mix(&v, 0, 300, left, right);
	for (int i = 1; i < SOUND_FRAMES; i++)
		ck_assert_float_eq_tol(left[i], (sample)(SOUND_FRAMES - 1 - i), 1e-4f);
	ck_assert_uint_eq(v.end, SOUND_FRAMES);
}
END_TEST

START_TEST(test_loop_wraps_around)
{
	sample left[300] = { 0 }, right[300] = { 0 };
	struct voice v = voice_at(0, 20, 1);
	v.path.loop_begin = 20 * PATH_UNIT;
	v.path.loop_length = 30 * PATH_UNIT;
	v.end = 300;
	voice_mix(&v, 0, 300, left, right);
	for (int i = 1; i < 300; i++)
		ck_assert_float_eq_tol(left[i], (sample)(20 + i % 30), 1e-4f);
}
END_TEST

START_TEST(test_fade_ends_a_voice_once)
{
	struct voice v = voice_at(0, 0, 1);
	voice_fade(&v, 100, 10);
	voice_fade(&v, 104, 64);
	ck_assert_uint_eq(v.end, 110);
	sample left[200] = { 0 }, right[200] = { 0 };
	voice_mix(&v, 0, 200, left, right);
	ck_assert_float_eq(left[100], 100);
	ck_assert_float_eq_tol(left[105], 52.5f, 1e-4f);
	ck_assert_float_eq(left[110], 0);
}
END_TEST

START_TEST(test_voice_is_the_same_however_it_is_cut)
{
	sample whole[2][300] = { { 0 } }, pieces[2][300] = { { 0 } };
	struct voice v = voice_at(13, 3.7, 0.61803);
	voice_fade(&v, 200, 90);
	voice_mix(&v, 0, 300, whole[0], whole[1]);
	for (size_t at = 0, len = 1; at < 300; at += len, len = len % 47 + 1) {
		len = len < 300 - at ? len : 300 - at;
		voice_mix(&v, at, len, pieces[0] + at, pieces[1] + at);
	}
	ck_assert_mem_eq(whole, pieces, sizeof whole);
}
END_TEST

/* With every kind of segment: its own side is the same as that of a voice in the middle, the other one is left alone. */
START_TEST(test_voice_on_one_side_is_a_half_of_one_on_both)
{
	for (unsigned side = 0; side < 2; side++) {
		sample both[2][300], one[2][300];
		struct voice v = voice_at(13, 3.7, 0.61803);
		envelope_percussive(&v.envelope, 40, 150, 170, 20);
		v.end = 13 + v.envelope.end;
		v.gain[0][0] = v.gain[1][0] = 0.7f;
		for (unsigned i = 0; i < 2 * 300; i++)
			both[i / 300][i % 300] = one[i / 300][i % 300] = (sample)i / 7;
		voice_mix(&v, 0, 300, both[0], both[1]);
		v.gain[1 - side][0] = 0;
		memcpy(both[1 - side], one[1 - side], sizeof one[0]);
		voice_mix(&v, 0, 300, one[0], one[1]);
		ck_assert_mem_eq(both, one, sizeof both);
	}
}
END_TEST

/* --- Pitch ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	bool has_note, is_named;
	double note, n, base_hz;
	struct pitch expected;
} pitches[] = {
	{ "no note leaves the pitch alone", false, false, 0, 0, 110, { 261.6255653, 1, 0 } },
	{ "n alone transposes", false, false, 0, 12, 110, { 523.2511306, 2, 0 } },
	{ "a number transposes", true, false, 12, 0, 110, { 523.2511306, 2, 0 } },
	{ "a name is absolute", true, true, 9, 0, 110, { 440, 4, 0 } },
	{ "a name moved by n", true, true, 9, -12, 110, { 220, 2, 0 } },
	{ "a name without a base replaces", true, true, 9, 0, 0, { 440, 1, 440 } },
};

START_TEST(test_note_gives_pitch)
{
	struct pitch p = note_pitch(pitches[_i].has_note, pitches[_i].is_named, pitches[_i].note, pitches[_i].n,
				    pitches[_i].base_hz);
	ck_assert_msg(fabs(p.free_hz - pitches[_i].expected.free_hz) < 1e-6, "%s: %g Hz", pitches[_i].name, p.free_hz);
	ck_assert_msg(fabs(p.ratio - pitches[_i].expected.ratio) < 1e-9, "%s: ratio %g", pitches[_i].name, p.ratio);
	ck_assert_msg(fabs(p.replace_hz - pitches[_i].expected.replace_hz) < 1e-6, "%s", pitches[_i].name);
}
END_TEST

START_TEST(test_a_voice_is_used_again_when_no_block_in_flight_reads_it)
{
	enum { SLOTS = 4 };
	struct voice_store store = { .n_slots = SLOTS };
	struct voice *first = voice_store_take(&store, 0), *second = voice_store_take(&store, 0);

	ck_assert(first && second && first != second);
	voice_store_give_up(&store, first, 10);
	voice_store_give_up(&store, second, 11);
	for (uint64_t block = 10; block < 10 + SLOTS; block++) {
		const struct voice *v = voice_store_take(&store, block);
		ck_assert(v != first && v != second);
	}
	ck_assert_ptr_eq(voice_store_take(&store, 10 + SLOTS), first);
	ck_assert_ptr_ne(voice_store_take(&store, 10 + SLOTS), second);
	ck_assert_ptr_eq(voice_store_take(&store, 11 + SLOTS), second);
	for (int i = 0; i < 1000; i++)
		ck_assert_ptr_nonnull(voice_store_take(&store, 11 + SLOTS));
	voice_store_fini(&store);
}
END_TEST

Suite *voice_suite(void);

Suite *voice_suite(void)
{
	Suite *s = suite_create("voice");
	TCase *t = tcase_create("voice");
	tcase_add_checked_fixture(t, sound_setup, NULL);
	tcase_add_loop_test(t, test_cycle_becomes_nearest_frame, 0, sizeof frames / sizeof *frames);
	tcase_add_test(t, test_overflowed_time_is_an_error);
	tcase_add_test(t, test_edges_rise_hold_and_fall);
	tcase_add_test(t, test_gate_shorter_than_attack_falls_from_where_it_is);
	tcase_add_test(t, test_percussive_decays_by_e_to_the_minus_five);
	tcase_add_test(t, test_adsr_reaches_its_levels);
	tcase_add_test(t, test_envelope_is_the_same_however_it_is_cut);
	tcase_add_test(t, test_voice_at_rate_one_is_an_exact_copy);
	tcase_add_test(t, test_voice_interpolates_a_ramp_exactly);
	tcase_add_test(t, test_reversed_voice_begins_at_the_end);
	tcase_add_test(t, test_loop_wraps_around);
	tcase_add_test(t, test_fade_ends_a_voice_once);
	tcase_add_test(t, test_voice_is_the_same_however_it_is_cut);
	tcase_add_test(t, test_voice_on_one_side_is_a_half_of_one_on_both);
	tcase_add_test(t, test_a_voice_is_used_again_when_no_block_in_flight_reads_it);
	tcase_add_loop_test(t, test_note_gives_pitch, 0, sizeof pitches / sizeof *pitches);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(voice_suite());
}
