/* The spectrum of an audio file over its length, for pictures: short-time Fourier transforms with a Hann window, the mean of
 * the channels, rows spaced evenly in the logarithm of the frequency.
 *
 * A sine of amplitude a that falls on a bin has the magnitude a N / 4 there (the window's mean is 1/2, and half of a real
 * sine lies at negative frequencies): that is how levels are scaled (Harris, "On the use of windows for harmonic analysis with
 * the discrete Fourier transform", 1978). Between bins the window loses 1.4 dB at most. */
#include <kiss_fftr.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "render/render.h"

enum { FFT_FRAMES = 4096, BINS = FFT_FRAMES / 2 + 1, CHANNELS_MAX = 2 };
#define LEVEL_MIN_DB -200.0f

struct transform {
	SNDFILE *file;
	SF_INFO info;
	kiss_fftr_cfg plan;
	float frames[FFT_FRAMES * CHANNELS_MAX];
	float window[FFT_FRAMES], windowed[FFT_FRAMES];
	kiss_fft_cpx spectrum[BINS];
	float magnitude[BINS]; /* 1: a sine of full scale */
};

static void free_transform(struct transform *t)
{
	if (t->file)
		sf_close(t->file);
	kiss_fftr_free(t->plan);
	free(t);
}

/* Takes fd. */
static struct transform *new_transform(int fd, struct error *err)
{
	struct transform *t = calloc(1, sizeof *t);

	if (!t || !(t->plan = kiss_fftr_alloc(FFT_FRAMES, 0, NULL, NULL))) {
		close(fd);
		free(t);
		error_set(err, ERR_NO_MEMORY, "no memory for a spectrum");
		return NULL;
	}
	for (int i = 0; i < FFT_FRAMES; i++)
		t->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / FFT_FRAMES));
	t->file = sf_open_fd(fd, SFM_READ, &t->info, SF_TRUE);
	if (t->file && t->info.channels >= 1 && t->info.channels <= CHANNELS_MAX && t->info.frames >= 0)
		return t;
	error_set(err, ERR_CORRUPT, "%s", t->file ? "this file is none of ours" : sf_strerror(NULL));
	free_transform(t);
	return NULL;
}

/* The frames around `centre`; what is outside of the file is silence. */
static void read_frames(struct transform *t, int64_t centre)
{
	int64_t first = centre - FFT_FRAMES / 2, skipped = first < 0 ? -first : 0;
	int channels = t->info.channels;

	memset(t->frames, 0, sizeof t->frames);
	if (first + skipped >= t->info.frames || sf_seek(t->file, first + skipped, SEEK_SET) < 0)
		return;
	sf_readf_float(t->file, t->frames + skipped * channels, FFT_FRAMES - skipped);
}

static void transform_frames(struct transform *t)
{
	for (int i = 0; i < FFT_FRAMES; i++) {
		float sum = 0;
		for (int c = 0; c < t->info.channels; c++)
			sum += t->frames[i * t->info.channels + c];
		t->windowed[i] = isfinite(sum) ? sum / (float)t->info.channels * t->window[i] : 0;
	}
	kiss_fftr(t->plan, t->windowed, t->spectrum);
	for (int i = 0; i < BINS; i++)
		t->magnitude[i] = hypotf(t->spectrum[i].r, t->spectrum[i].i) * 4 / FFT_FRAMES;
}

static float decibels(float magnitude)
{
	return magnitude > 1e-10f ? 20 * log10f(magnitude) : LEVEL_MIN_DB;
}

/* The largest magnitude from bin `low` to bin `high`, both fractions; between two bins what lies on the line. */
static float largest(const float *magnitude, double low, double high)
{
	int first = (int)ceil(low), last = (int)floor(high);
	float found = 0;

	if (first > last && last >= 0 && first < BINS) {
		float part = (float)((low + high) / 2 - last);
		return magnitude[last] * (1 - part) + magnitude[first] * part;
	}
	for (int i = first < 0 ? 0 : first; i <= last && i < BINS; i++)
		found = fmaxf(found, magnitude[i]);
	return found;
}

static void fill_column(const struct transform *t, const struct render_spectrum *s, unsigned column, float *levels_db)
{
	double bins_per_hz = (double)FFT_FRAMES / t->info.samplerate;
	double high_hz = s->high_hz > 0 ? s->high_hz : t->info.samplerate / 2.0;
	double step = pow(s->low_hz / high_hz, 1.0 / s->n_rows), top_hz = high_hz;

	for (unsigned row = 0; row < s->n_rows; row++, top_hz *= step)
		levels_db[row * s->n_columns + column] =
			decibels(largest(t->magnitude, top_hz * step * bins_per_hz, top_hz * bins_per_hz));
}

int render_spectrum_measure(int fd, const struct render_spectrum *s, float *levels_db, struct error *err)
{
	struct transform *t = new_transform(fd, err);

	if (!t)
		return -1;
	for (unsigned i = 0; i < s->n_columns; i++) {
		read_frames(t, (int64_t)((i + 0.5) * (double)t->info.frames / s->n_columns));
		transform_frames(t);
		fill_column(t, s, i, levels_db);
	}
	free_transform(t);
	return 0;
}
