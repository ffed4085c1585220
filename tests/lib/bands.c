#include "tests/lib/bands.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

#include "tests/lib/test.h"

enum { WINDOW_FRAMES = 4096, HOP_FRAMES = WINDOW_FRAMES / 2, N_BINS = WINDOW_FRAMES / 2 + 1 };

struct welch {
	kiss_fftr_cfg plan;
	float window[WINDOW_FRAMES], piece[WINDOW_FRAMES];
	kiss_fft_cpx bins[N_BINS];
	double power[N_BINS];
};

static struct welch *welch_new(void)
{
	struct welch *w = calloc(1, sizeof *w);
	ck_assert_ptr_nonnull(w);
	w->plan = kiss_fftr_alloc(WINDOW_FRAMES, 0, NULL, NULL);
	ck_assert_ptr_nonnull(w->plan);
	for (size_t i = 0; i < WINDOW_FRAMES; i++)
		w->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (double)i / WINDOW_FRAMES));
	return w;
}

static void welch_free(struct welch *w)
{
	kiss_fftr_free(w->plan);
	free(w);
}

/* Adds the power of WINDOW_FRAMES samples that are two apart. */
static void welch_add(struct welch *w, const float *interleaved)
{
	for (size_t i = 0; i < WINDOW_FRAMES; i++)
		w->piece[i] = interleaved[2 * i] * w->window[i];
	kiss_fftr(w->plan, w->piece, w->bins);
	for (size_t i = 0; i < N_BINS; i++)
		w->power[i] += (double)w->bins[i].r * w->bins[i].r + (double)w->bins[i].i * w->bins[i].i;
}

static double welch_power_between(const struct welch *w, double from_bin, double to_bin)
{
	double sum = 0;
	for (size_t i = 0; i < N_BINS; i++)
		if ((double)i >= from_bin && (double)i < to_bin)
			sum += w->power[i];
	return sum;
}

void bands_share_db(const float *stereo, size_t n_frames, double sample_rate_hz, const double *edges_hz, size_t n_bands,
		    double *share_db)
{
	struct welch *w = welch_new();
	double bin_hz = sample_rate_hz / WINDOW_FRAMES, from = 0;

	for (size_t at = 0; at + WINDOW_FRAMES <= n_frames; at += HOP_FRAMES)
		for (size_t channel = 0; channel < 2; channel++)
			welch_add(w, stereo + 2 * at + channel);
	double total = welch_power_between(w, 0, N_BINS);
	for (size_t i = 0; i < n_bands; i++) {
		double to = i + 1 < n_bands ? edges_hz[i] / bin_hz : N_BINS;
		double power = welch_power_between(w, from, to);
		share_db[i] = power > 1e-12 * total ? 10 * log10(power / total) : -120;
		from = to;
	}
	welch_free(w);
}
