#include "render/engine/voice.h"

#include <string.h>

#include "render/dsp/simd.h"

enum { CHUNK_FRAMES = QUANTUM_FRAMES }; /* small enough to stay in the first cache; has no influence on bits */

uint64_t voice_frames_left(int64_t start, int64_t rate, size_t n_frames)
{
	__int128 way = rate > 0 ? (__int128)n_frames * VOICE_UNIT - start : (__int128)start + VOICE_UNIT;
	__int128 step = rate > 0 ? rate : -(__int128)rate;
	return way <= 0 ? 0 : (uint64_t)((way + step - 1) / step);
}

void voice_fade(struct voice *v, uint64_t frame, uint64_t fade_frames)
{
	if (v->fade_from != VOICE_NO_FADE || frame >= v->end)
		return;
	v->fade_from = frame;
	v->fade_frames = fade_frames ? fade_frames : 1;
	if (v->end > frame + v->fade_frames)
		v->end = frame + v->fade_frames;
}

/* --- Position --------------------------------------------------------------------------------------------- */

static int64_t position_at(const struct voice *v, uint64_t age)
{
	if (v->loop_length == 0)
		return v->start + (int64_t)age * v->rate;
	__int128 p = ((__int128)age * v->rate + v->start - v->loop_begin) % v->loop_length;
	return v->loop_begin + (int64_t)(p < 0 ? p + v->loop_length : p);
}

/* Catmull-Rom spline through four neighbours: x[0] exactly when the fraction is 0. */
static inline sample interpolate(const sample *x, sample fraction)
{
	sample c1 = 0.5f * (x[1] - x[-1]);
	sample c2 = x[-1] - 2.5f * x[0] + 2.0f * x[1] - 0.5f * x[2];
	sample c3 = 0.5f * (x[2] - x[-1]) + 1.5f * (x[0] - x[1]);
	return ((c3 * fraction + c2) * fraction + c1) * fraction + x[0];
}

static void read_spline(const struct voice *v, const sample *sound, uint64_t age, sample *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t p = position_at(v, age + i);
		/* 24 bits of fraction: what a float holds exactly. */
		out[i] = interpolate(sound + (p >> 32), (sample)((uint32_t)p >> 8) * 0x1p-24f);
	}
}

static void read_sound(const struct voice *v, unsigned ch, uint64_t age, sample *out, size_t n)
{
	const sample *sound = v->data->ch[ch];
	if (v->rate == VOICE_UNIT && v->loop_length == 0 && (v->start & (VOICE_UNIT - 1)) == 0)
		memcpy(out, sound + (v->start >> 32) + age, n * sizeof *out);
	else
		read_spline(v, sound, age, out, n);
}

/* --- Level ------------------------------------------------------------------------------------------------ */

static void level_fade(const struct voice *v, uint64_t frame, sample *level, size_t n)
{
	sample step = 1.0f / (sample)v->fade_frames;
	for (size_t i = 0; i < n; i++)
		if (frame + i >= v->fade_from)
			level[i] *= (sample)(v->fade_frames - (frame + i - v->fade_from)) * step;
}

SIMD_CLONES static void add_mono(const sample *restrict x, const sample *restrict level, const struct voice *v,
				 sample *restrict left, sample *restrict right, size_t n)
{
	const sample to_left = v->gain[0][0], to_right = v->gain[1][0];
	for (size_t i = 0; i < n; i++) {
		sample y = x[i] * level[i];
		left[i] += to_left * y;
		right[i] += to_right * y;
	}
}

SIMD_CLONES static void add_stereo(const sample *restrict x0, const sample *restrict x1, const sample *restrict level,
				   const struct voice *v, sample *restrict left, sample *restrict right, size_t n)
{
	const sample g00 = v->gain[0][0], g01 = v->gain[0][1], g10 = v->gain[1][0], g11 = v->gain[1][1];
	for (size_t i = 0; i < n; i++) {
		sample y0 = x0[i] * level[i], y1 = x1[i] * level[i];
		left[i] += g00 * y0 + g01 * y1;
		right[i] += g10 * y0 + g11 * y1;
	}
}

static void mix_chunk(const struct voice *v, uint64_t frame, size_t n, sample *left, sample *right)
{
	sample x[2][CHUNK_FRAMES], level[CHUNK_FRAMES];
	uint64_t age = frame - v->onset;

	envelope_fill(&v->envelope, age, level, n);
	if (v->fade_from != VOICE_NO_FADE)
		level_fade(v, frame, level, n);
	read_sound(v, 0, age, x[0], n);
	if (v->data->n_ch == 1) {
		add_mono(x[0], level, v, left, right, n);
		return;
	}
	read_sound(v, 1, age, x[1], n);
	add_stereo(x[0], x[1], level, v, left, right, n);
}

void voice_mix(const struct voice *v, uint64_t frame, size_t n, sample *left, sample *right)
{
	uint64_t at = frame > v->onset ? frame : v->onset;
	uint64_t stop = frame + n < v->end ? frame + n : v->end;
	while (at < stop) {
		size_t len = stop - at < CHUNK_FRAMES ? (size_t)(stop - at) : CHUNK_FRAMES;
		mix_chunk(v, at, len, left + (at - frame), right + (at - frame));
		at += len;
	}
}
