#include "render/engine/finish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine/file_set.h"
#include "render/engine/limiter.h"
#include "render/engine/loudness.h"
#include "render/engine/true_peak.h"

enum { CHANNELS_MAX = 2, LINES_MAX = FILE_SET_MAX * CHANNELS_MAX };

struct finish {
	struct finish_spec spec;
	unsigned n_lines;        /* n_signals * channels */
	uint64_t n_taken;        /* frames of the whole, those before from_frame included */
	uint64_t n_given;        /* the same */
	size_t latency;          /* of the limiter */
	struct limiter *limiter; /* NULL: none */
	struct loudness *loudness;
	struct true_peak peaks[CHANNELS_MAX];
	sample true_peak;
	sample curve[BLOCK_FRAMES_MAX], limit[BLOCK_FRAMES_MAX];
	sample *lines; /* [n_lines][latency + BLOCK_FRAMES_MAX]: what the limiter has not decided about, then the block */
};

static size_t line_frames(const struct finish *f)
{
	return f->latency + BLOCK_FRAMES_MAX;
}

static int make_limiter(struct finish *f, struct error *err)
{
	if (!f->spec.has_limiter)
		return 0;
	f->limiter = limiter_new(f->spec.sample_rate_hz, f->spec.channels, f->spec.ceiling, err);
	if (!f->limiter)
		return -1;
	f->latency = limiter_latency(f->spec.sample_rate_hz);
	return 0;
}

static int make_lines(struct finish *f, struct error *err)
{
	f->lines = calloc(f->n_lines * line_frames(f), sizeof *f->lines);
	return f->lines ? 0 : error_set(err, ERR_NO_MEMORY, "no memory to finish a render");
}

struct finish *finish_new(const struct finish_spec *spec, struct error *err)
{
	struct finish *f = calloc(1, sizeof *f);

	if (!f) {
		error_set(err, ERR_NO_MEMORY, "no memory to finish a render");
		return NULL;
	}
	f->spec = *spec;
	f->n_lines = spec->n_signals * spec->channels;
	f->n_taken = f->n_given = spec->from_frame;
	f->loudness = loudness_new(spec->sample_rate_hz, spec->channels, spec->meter, err);
	if (f->loudness && make_limiter(f, err) == 0 && make_lines(f, err) == 0)
		return f;
	finish_free(f);
	return NULL;
}

void finish_free(struct finish *f)
{
	if (!f)
		return;
	limiter_free(f->limiter);
	loudness_free(f->loudness);
	free(f->lines);
	free(f);
}

/* --- The curve --- */

/* 0 at the first frame, 1 from frame `length` on. */
static double ramp(uint64_t frame, uint64_t length)
{
	return frame < length ? (double)frame / (double)length : 1;
}

/* Fades and level for the next n frames; false when all of them are 1. A fade-out is a fade-in read backwards. */
static bool make_curve(struct finish *f, size_t n)
{
	const struct finish_spec *s = &f->spec;
	uint64_t first = f->n_taken, left = s->n_frames - first; /* >= n */
	bool is_faded = first < s->fade_in_frames || left - n < s->fade_out_frames;

	if (!is_faded && s->gain == 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		double fade =
			is_faded ? ramp(first + i, s->fade_in_frames) * ramp(left - 1 - i, s->fade_out_frames) : 1;
		f->curve[i] = (sample)(fade * s->gain);
	}
	return true;
}

static void copy_scaled(sample *restrict out, const sample *restrict x, const sample *restrict by, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = x[i] * by[i];
}

/* --- Out --- */

static void measure(struct finish *f, const sample *const *mix, size_t n)
{
	for (unsigned c = 0; c < f->spec.channels; c++)
		true_peak_raise(&f->peaks[c], mix[c], n, &f->true_peak);
	loudness_add(f->loudness, mix, n);
}

/* x[n_lines][n]: finished frames of the window. */
static int give_window(struct finish *f, const sample *const *x, size_t n, struct error *err)
{
	const struct finish_spec *s = &f->spec;

	measure(f, x, n);
	for (unsigned i = 0; i < s->n_signals && s->encoders; i++)
		if (encoder_write(s->encoders[i], x + i * s->channels, n, err))
			return -1;
	return 0;
}

/* Where frame stands among the next n, at most behind them. */
static size_t place_of(const struct finish *f, uint64_t frame, size_t n)
{
	uint64_t place = frame > f->n_given ? frame - f->n_given : 0;

	return place < n ? (size_t)place : n;
}

/* x[n_lines][n]: finished frames. */
static int give(struct finish *f, const sample *const *x, size_t n, struct error *err)
{
	size_t first = place_of(f, f->spec.first_frame, n), end = place_of(f, f->spec.end_frame, n);
	const sample *inside[LINES_MAX];

	f->n_given += n;
	if (first >= end)
		return 0;
	for (unsigned k = 0; k < f->n_lines; k++)
		inside[k] = x[k] + first;
	return give_window(f, inside, end - first, err);
}

/* The first n frames of the lines. */
static int give_lines(struct finish *f, size_t n, struct error *err)
{
	const sample *x[LINES_MAX];
	size_t early = 0;

	/* What the limiter looked at before frame 0 was not there. */
	if (f->n_taken - n < f->latency)
		early = f->latency - (size_t)(f->n_taken - n) < n ? f->latency - (size_t)(f->n_taken - n) : n;
	for (unsigned k = 0; k < f->n_lines; k++)
		x[k] = f->lines + k * line_frames(f) + early;
	return early < n ? give(f, x, n - early, err) : 0;
}

static void limit(struct finish *f, size_t n)
{
	const sample *mix[CHANNELS_MAX];

	for (unsigned c = 0; c < f->spec.channels; c++)
		mix[c] = f->lines + c * line_frames(f) + f->latency;
	limiter_gains(f->limiter, mix, n, f->limit);
	for (unsigned k = 0; k < f->n_lines; k++) {
		sample *line = f->lines + k * line_frames(f);
		for (size_t i = 0; i < n; i++)
			line[i] *= f->limit[i];
	}
}

/* The n frames behind the held ones have been filled in. */
static int pass_on(struct finish *f, size_t n, struct error *err)
{
	if (f->limiter)
		limit(f, n);
	f->n_taken += n;
	if (give_lines(f, n, err))
		return -1;
	for (unsigned k = 0; f->latency > 0 && k < f->n_lines; k++) {
		sample *line = f->lines + k * line_frames(f);
		memmove(line, line + n, f->latency * sizeof *line);
	}
	return 0;
}

int finish_write(struct finish *f, const sample *const *x, size_t n, struct error *err)
{
	bool is_curved = make_curve(f, n);

	if (!is_curved && !f->limiter) {
		f->n_taken += n;
		return give(f, x, n, err);
	}
	for (unsigned k = 0; k < f->n_lines; k++) {
		sample *at = f->lines + k * line_frames(f) + f->latency;
		if (is_curved)
			copy_scaled(at, x[k], f->curve, n);
		else
			memcpy(at, x[k], n * sizeof *at);
	}
	return pass_on(f, n, err);
}

/* The filter of the true peak still looks at the last frames. */
static void measure_end(struct finish *f)
{
	static const sample silence[TRUE_PEAK_TAPS];

	for (unsigned c = 0; c < f->spec.channels; c++)
		true_peak_raise(&f->peaks[c], silence, TRUE_PEAK_TAPS, &f->true_peak);
}

int finish_end(struct finish *f, struct finish_levels *levels, struct error *err)
{
	while (f->n_given < f->n_taken && f->n_given < f->spec.end_frame) {
		uint64_t left = f->spec.end_frame - f->n_given;
		size_t n = left < BLOCK_FRAMES_MAX ? (size_t)left : BLOCK_FRAMES_MAX;
		for (unsigned k = 0; k < f->n_lines; k++)
			memset(f->lines + k * line_frames(f) + f->latency, 0, n * sizeof *f->lines);
		if (pass_on(f, n, err))
			return -1;
	}
	measure_end(f);
	levels->true_peak = (double)f->true_peak;
	levels->loudness_lufs = loudness_integrated(f->loudness);
	return 0;
}
