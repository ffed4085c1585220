/* For each frame the gain is found that brings the true peak around it down to the ceiling. The curve of those gains
 * has to be made smooth without ever rising above itself:
 *
 *   need     the gain that frame t needs by itself, 1 or less
 *   held     the least need of the frames t .. t + L: comes down L frames early
 *   released held, but rising slowly
 *   gain     the mean of released over t - L .. t
 *
 * Each value in that mean covers frame t with its window, so the mean is never above need. L is the look-ahead; gain falls
 * along a straight line during it. (The least-then-mean scheme is well known; see for instance U. Zölzer, "DAFX: Digital
 * Audio Effects", 2nd ed., section 4.2, for limiters with look-ahead.) The mean is taken over fixed-point
 * numbers: their sum is exact however long it runs, and a signal that never needs less than 1 is multiplied by exactly 1.
 *
 * Interpolation looks at several samples, and while the gain moves they are turned down by different amounts, so the true
 * peak of the product may lie a little above the ceiling: by at most the gain's slope times 2.4, the sum of the
 * filter's taps each times its distance. A second stage of the same kind looks at what the first one makes and takes
 * away the rest; what it leaves is slope times slope, which the margin covers. */
#include "render/engine/limiter.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine/true_peak.h"

enum {
	CHANNELS_MAX = 2,
	AHEAD_FRAMES_MIN = 32,
	ONE = 1 << 30, /* gain 1 in fixed point */
};

#define AHEAD_S 0.005   /* short enough that no fall of the gain is heard before the peak */
#define RELEASE_S 0.080 /* long enough not to follow the waves of a bass */
#define MARGIN 0.9988   /* 0.01 dB */
#define ARRIVED 0x1p-20 /* the release ends here */

/* A need that may still become the least of a window. */
struct candidate {
	uint64_t frame;
	int32_t need;
};

struct stage {
	double ceiling;
	unsigned channels;
	size_t ahead; /* L */
	struct true_peak peaks[CHANNELS_MAX];
	sample last_peak;             /* of the interval before, which shares a sample with this one */
	struct candidate *candidates; /* ring [ahead + 2], needs ascending */
	size_t first, n_candidates;
	uint64_t frame;
	double released, release; /* share of the way to held that is made per frame */
	int32_t *mean;            /* ring [ahead + 1] */
	int64_t sum;
};

/* The last frames of a signal. */
struct delay {
	sample *line; /* [frames + BLOCK_FRAMES_MAX] */
	size_t frames;
};

struct limiter {
	unsigned channels;
	struct stage stages[2];
	struct delay signal[CHANNELS_MAX]; /* until the gains of the first stage are known */
	struct delay gain;                 /* of the first stage, until those of the second are */
	sample limited[CHANNELS_MAX][BLOCK_FRAMES_MAX];
	sample first_gain[BLOCK_FRAMES_MAX], second_gain[BLOCK_FRAMES_MAX];
	sample peak[CHANNELS_MAX][BLOCK_FRAMES_MAX];
};

/* --- Making --- */

static size_t frames_ahead(uint32_t rate_hz)
{
	size_t n = (size_t)(AHEAD_S * rate_hz);

	return n < AHEAD_FRAMES_MIN ? AHEAD_FRAMES_MIN : n;
}

static size_t stage_latency(const struct stage *s)
{
	return s->ahead + TRUE_PEAK_DELAY;
}

static int stage_init(struct stage *s, uint32_t rate_hz, unsigned channels, double ceiling)
{
	s->ceiling = ceiling * MARGIN;
	s->channels = channels;
	s->ahead = frames_ahead(rate_hz);
	/* Rounded to float, so that the last bit of a libm does not decide. */
	s->release = (double)(float)(1 - exp(-1 / (RELEASE_S * rate_hz)));
	s->released = 1;
	s->candidates = calloc(s->ahead + 2, sizeof *s->candidates);
	s->mean = calloc(s->ahead + 1, sizeof *s->mean);
	if (!s->candidates || !s->mean)
		return -1;
	for (size_t i = 0; i <= s->ahead; i++)
		s->mean[i] = ONE;
	s->sum = (int64_t)(s->ahead + 1) * ONE;
	return 0;
}

static int delay_init(struct delay *d, size_t frames)
{
	d->frames = frames;
	d->line = calloc(frames + BLOCK_FRAMES_MAX, sizeof *d->line);
	return d->line ? 0 : -1;
}

struct limiter *limiter_new(uint32_t sample_rate_hz, unsigned channels, double ceiling, struct error *err)
{
	struct limiter *l = calloc(1, sizeof *l);
	int failed = !l;

	for (unsigned i = 0; l && i < 2; i++)
		failed |= stage_init(&l->stages[i], sample_rate_hz, channels, ceiling);
	for (unsigned c = 0; l && c < channels; c++)
		failed |= delay_init(&l->signal[c], stage_latency(&l->stages[0]));
	if (l) {
		l->channels = channels;
		failed |= delay_init(&l->gain, stage_latency(&l->stages[1]));
	}
	if (!failed)
		return l;
	limiter_free(l);
	error_set(err, ERR_NO_MEMORY, "no memory for a limiter");
	return NULL;
}

void limiter_free(struct limiter *l)
{
	if (!l)
		return;
	for (unsigned i = 0; i < 2; i++) {
		free(l->stages[i].candidates);
		free(l->stages[i].mean);
	}
	for (unsigned c = 0; c < CHANNELS_MAX; c++)
		free(l->signal[c].line);
	free(l->gain.line);
	free(l);
}

size_t limiter_latency(uint32_t sample_rate_hz)
{
	return 2 * (frames_ahead(sample_rate_hz) + TRUE_PEAK_DELAY);
}

/* --- One stage --- */

/* Rounded down. */
static int32_t need_for(const struct stage *s, sample peak)
{
	return (double)peak > s->ceiling ? (int32_t)(s->ceiling / (double)peak * ONE) : ONE;
}

/* The least of the last ahead + 1 needs: a queue of those that no later one undercuts. */
static int32_t hold(struct stage *s, int32_t need)
{
	size_t size = s->ahead + 2;

	while (s->n_candidates > 0 && s->candidates[(s->first + s->n_candidates - 1) % size].need >= need)
		s->n_candidates--;
	s->candidates[(s->first + s->n_candidates++) % size] = (struct candidate){ s->frame, need };
	while (s->candidates[s->first].frame + s->ahead < s->frame) {
		s->first = (s->first + 1) % size;
		s->n_candidates--;
	}
	return s->candidates[s->first].need;
}

static int32_t release(struct stage *s, int32_t held)
{
	double goal = (double)held / ONE;

	if (goal - s->released < ARRIVED)
		s->released = goal;
	else
		s->released += (goal - s->released) * s->release;
	return (int32_t)(s->released * ONE);
}

static sample smooth(struct stage *s, int32_t released)
{
	int32_t *slot = &s->mean[s->frame % (s->ahead + 1)];

	s->sum += released - *slot;
	*slot = released;
	return (sample)((double)s->sum / ((double)(s->ahead + 1) * ONE));
}

/* peak[channels][n] is scratch. */
static void stage_gains(struct stage *s, const sample *const *ch, size_t n, sample (*peak)[BLOCK_FRAMES_MAX],
			sample *gain)
{
	assert(s->channels <= CHANNELS_MAX);
	for (unsigned c = 0; c < s->channels; c++)
		true_peak_process(&s->peaks[c], ch[c], n, peak[c]);
	for (size_t i = 0; i < n; i++, s->frame++) {
		sample most = s->channels == 2 && peak[1][i] > peak[0][i] ? peak[1][i] : peak[0][i];
		sample around = most > s->last_peak ? most : s->last_peak;
		s->last_peak = most;
		gain[i] = smooth(s, release(s, hold(s, need_for(s, around))));
	}
}

/* --- Both --- */

/* x[n] goes in; returns the n frames that came d->frames before. They stay until the next call. */
static const sample *delay_by(struct delay *d, const sample *x, size_t n)
{
	memcpy(d->line + d->frames, x, n * sizeof *x);
	return d->line;
}

static void delay_advance(struct delay *d, size_t n)
{
	memmove(d->line, d->line + n, d->frames * sizeof *d->line);
}

void limiter_gains(struct limiter *l, const sample *const *ch, size_t n, sample *gain)
{
	const sample *limited[CHANNELS_MAX] = { l->limited[0], l->limited[1] };

	stage_gains(&l->stages[0], ch, n, l->peak, l->first_gain);
	for (unsigned c = 0; c < l->channels; c++) {
		const sample *x = delay_by(&l->signal[c], ch[c], n);
		for (size_t i = 0; i < n; i++)
			l->limited[c][i] = x[i] * l->first_gain[i];
		delay_advance(&l->signal[c], n);
	}
	stage_gains(&l->stages[1], limited, n, l->peak, l->second_gain);
	const sample *first = delay_by(&l->gain, l->first_gain, n);
	for (size_t i = 0; i < n; i++)
		gain[i] = first[i] * l->second_gain[i];
	delay_advance(&l->gain, n);
}
