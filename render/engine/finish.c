#include "render/engine/finish.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine/file_set.h"
#include "render/engine/limiter.h"
#include "render/engine/loudness.h"
#include "render/engine/true_peak.h"

enum { CHANNELS_MAX = 2, LINES_MAX = FILE_SET_MAX * CHANNELS_MAX };

/* The true peak of one channel of the mix. */
struct peak {
	struct true_peak filter;
	_Atomic sample most; /* relaxed: finish_measure_peak() looks how much there is to find */
};

struct finish {
	struct finish_spec spec;
	unsigned n_lines;        /* n_signals * channels */
	uint64_t n_written;      /* frames of the whole, by finish_write(); those before from_frame count */
	uint64_t n_taken;        /* frames into the limiter */
	uint64_t n_given;        /* frames out of it */
	size_t latency;          /* of the limiter */
	struct limiter *limiter; /* NULL: none */
	struct loudness *loudness;
	struct peak peaks[CHANNELS_MAX];
	sample limit[BLOCK_FRAMES_MAX];
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
	if (!f->limiter)
		return 0;
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
	f->n_written = spec->from_frame;
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

bool finish_level_is_carried(const struct finish_spec *spec)
{
	return spec->has_limiter;
}

/* --- The curve --- */

/* 0 at the first frame, 1 from frame `length` on. */
static double ramp(uint64_t frame, uint64_t length)
{
	return frame < length ? (double)frame / (double)length : 1;
}

/* Fades and level of n frames; false when all of them are 1. A fade-out is a fade-in read backwards. */
static bool make_curve(const struct finish_spec *s, uint64_t first, size_t n, sample *curve)
{
	uint64_t left = s->n_frames - first; /* >= n */
	bool is_faded = first < s->fade_in_frames || left - n < s->fade_out_frames;

	if (!is_faded && s->gain == 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		double fade =
			is_faded ? ramp(first + i, s->fade_in_frames) * ramp(left - 1 - i, s->fade_out_frames) : 1;
		curve[i] = (sample)(fade * s->gain);
	}
	return true;
}

static void multiply(sample *restrict x, const sample *restrict by, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] *= by[i];
}

/* --- The limiter --- */

static sample *line_of(const struct finish *f, unsigned k)
{
	return f->lines + k * line_frames(f);
}

/* The n frames behind the held ones have been filled in; after this the first n of the lines are done. Returns how many of these
 * are of no use: what the limiter looked at before frame 0 was not there. */
static size_t limit(struct finish *f, size_t n)
{
	const sample *mix[CHANNELS_MAX];
	uint64_t before = f->n_taken;

	for (unsigned c = 0; c < f->spec.channels; c++)
		mix[c] = line_of(f, c) + f->latency;
	limiter_gains(f->limiter, mix, n, f->limit);
	for (unsigned k = 0; k < f->n_lines; k++)
		multiply(line_of(f, k), f->limit, n);
	f->n_taken += n;
	if (before >= f->latency)
		return 0;
	return f->latency - (size_t)before < n ? f->latency - (size_t)before : n;
}

static void lines_advance(struct finish *f, size_t n)
{
	for (unsigned k = 0; k < f->n_lines; k++)
		memmove(line_of(f, k), line_of(f, k) + n, f->latency * sizeof *f->lines);
}

/* x goes in, what is done comes out. */
static size_t limit_in_place(struct finish *f, sample *const *x, size_t n)
{
	size_t early, n_done;

	for (unsigned k = 0; k < f->n_lines; k++)
		memcpy(line_of(f, k) + f->latency, x[k], n * sizeof *x[k]);
	early = limit(f, n);
	n_done = n - early;
	for (unsigned k = 0; k < f->n_lines; k++)
		memcpy(x[k], line_of(f, k) + early, n_done * sizeof *x[k]);
	lines_advance(f, n);
	f->n_given += n_done;
	return n_done;
}

/* --- The window --- */

/* Where a frame stands among the n from `first` on: 0 when it lies before them, n behind them. */
static size_t place_of(uint64_t frame, uint64_t first, size_t n)
{
	uint64_t place = frame > first ? frame - first : 0;

	return place < n ? (size_t)place : n;
}

/* Moves those of the n frames from *first on that lie in the window to the beginning of x: how many. *first becomes the place of
 * the first of them in the window. */
static size_t keep_window(const struct finish *f, uint64_t *first, sample *const *x, size_t n)
{
	size_t begin = place_of(f->spec.first_frame, *first, n), end = place_of(f->spec.end_frame, *first, n);

	if (begin >= end)
		return 0;
	*first += begin - f->spec.first_frame;
	for (unsigned k = 0; k < f->n_lines && begin > 0; k++)
		memmove(x[k], x[k] + begin, (end - begin) * sizeof *x[k]);
	return end - begin;
}

size_t finish_level(struct finish *f, uint64_t *first, sample *const *x, size_t n)
{
	sample curve[BLOCK_FRAMES_MAX];

	if (make_curve(&f->spec, *first, n, curve))
		for (unsigned k = 0; k < f->n_lines; k++)
			multiply(x[k], curve, n);
	if (!f->limiter)
		return keep_window(f, first, x, n);
	*first = f->n_given;
	n = limit_in_place(f, x, n);
	return keep_window(f, first, x, n);
}

/* --- Out --- */

static sample peak_of(const struct finish *f, unsigned channel)
{
	return atomic_load_explicit(&f->peaks[channel].most, memory_order_relaxed);
}

/* x and least: what is known of its peak. In order. */
static void peak_raise(struct finish *f, unsigned channel, const sample *x, size_t n, sample least)
{
	struct peak *p = &f->peaks[channel];

	true_peak_raise_ends(&p->filter, x, n, &least);
	if (least > peak_of(f, channel))
		atomic_store_explicit(&p->most, least, memory_order_relaxed);
}

void finish_measure_loudness(struct finish *f, unsigned channel, const sample *x, size_t n, struct finish_meter *meter)
{
	loudness_filter(f->loudness, channel, x, n, &meter->hops);
}

void finish_measure_peak(const struct finish *f, unsigned channel, const sample *x, size_t n,
			 struct finish_meter *meter)
{
	meter->peak = peak_of(f, channel);
	true_peak_raise_inside(x, n, &meter->peak);
}

void finish_count_measured(struct finish *f, const sample *const *ch, size_t n, const struct finish_meter *meter)
{
	struct loudness_hops hops[CHANNELS_MAX];

	for (unsigned c = 0; c < f->spec.channels; c++) {
		peak_raise(f, c, ch[c], n, meter[c].peak);
		hops[c] = meter[c].hops;
	}
	loudness_count(f->loudness, hops);
}

/* x[n_lines][n]: finished frames of the window. */
static int give(struct finish *f, const sample *const *x, size_t n, struct error *err)
{
	const struct finish_spec *s = &f->spec;

	for (unsigned c = 0; c < s->channels; c++) {
		struct finish_meter meter;
		finish_measure_peak(f, c, x[c], n, &meter);
		peak_raise(f, c, x[c], n, meter.peak);
	}
	loudness_add(f->loudness, x, n);
	for (unsigned i = 0; i < s->n_signals && s->encoders; i++)
		if (encoder_write(s->encoders[i], x + i * s->channels, n, err))
			return -1;
	return 0;
}

int finish_write(struct finish *f, sample *const *x, size_t n, struct error *err)
{
	uint64_t first = f->n_written;
	size_t n_done = finish_level(f, &first, x, n);

	f->n_written += n;
	return n_done > 0 ? give(f, (const sample *const *)x, n_done, err) : 0;
}

/* What the limiter holds when silence follows, up to n frames. */
static int give_held(struct finish *f, size_t n, struct error *err)
{
	uint64_t first = f->n_given;
	sample *x[LINES_MAX];
	size_t early, n_kept;

	for (unsigned k = 0; k < f->n_lines; k++)
		memset(line_of(f, k) + f->latency, 0, n * sizeof *f->lines);
	early = limit(f, n);
	for (unsigned k = 0; k < f->n_lines; k++)
		x[k] = line_of(f, k) + early;
	n_kept = keep_window(f, &first, x, n - early);
	if (n_kept > 0 && give(f, (const sample *const *)x, n_kept, err))
		return -1;
	f->n_given += n - early;
	lines_advance(f, n);
	return 0;
}

/* The filter of the true peak still looks at the last frames. */
static sample true_peak_end(struct finish *f)
{
	static const sample silence[TRUE_PEAK_TAPS];
	sample most = 0;

	for (unsigned c = 0; c < f->spec.channels; c++) {
		peak_raise(f, c, silence, TRUE_PEAK_TAPS, 0);
		most = peak_of(f, c) > most ? peak_of(f, c) : most;
	}
	return most;
}

int finish_end(struct finish *f, struct finish_levels *levels, struct error *err)
{
	while (f->limiter && f->n_given < f->n_taken && f->n_given < f->spec.end_frame) {
		uint64_t left = f->spec.end_frame - f->n_given;
		if (give_held(f, left < BLOCK_FRAMES_MAX ? (size_t)left : BLOCK_FRAMES_MAX, err))
			return -1;
	}
	levels->true_peak = (double)true_peak_end(f);
	levels->loudness_lufs = loudness_integrated(f->loudness);
	return 0;
}
