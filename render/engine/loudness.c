#include "render/engine/loudness.h"

/* Its header takes the tag `error` for an enum. */
#define error ebur128_error
#include <ebur128.h>
#undef error
#include <math.h>
#include <stdlib.h>

enum {
	CHANNELS_MAX = 2,
	HOPS_PER_BLOCK = 4,
	BINS_PER_LU = 100,
	BINS = 130 * BINS_PER_LU, /* from the absolute gate to 60 LUFS, more than the largest gain gives */
};

#define ABSOLUTE_GATE_LUFS (-70.0)
#define RELATIVE_GATE_LU (-10.0)
#define OFFSET_LU 0.691 /* what makes a sine of 1 kHz at full scale -3.01 LUFS */

struct loudness {
	ebur128_state *meter;
	unsigned channels;
	size_t hop_frames; /* 100 ms */
	size_t n_gathered;
	uint64_t n_hops;
	float *gathered; /* [hop_frames * channels], interleaved */
	struct {
		uint64_t n;
		double energy; /* sum */
	} bins[BINS];
};

static double energy_of(double lufs)
{
	return pow(10, (lufs + OFFSET_LU) / 10);
}

struct loudness *loudness_new(uint32_t sample_rate_hz, unsigned channels, struct error *err)
{
	struct loudness *l = calloc(1, sizeof *l);

	if (l) {
		l->channels = channels;
		l->hop_frames = (sample_rate_hz + 5) / 10;
		l->gathered = calloc(l->hop_frames * channels, sizeof *l->gathered);
		l->meter = ebur128_init(channels, sample_rate_hz, EBUR128_MODE_M);
	}
	if (l && l->gathered && l->meter)
		return l;
	loudness_free(l);
	error_set(err, ERR_NO_MEMORY, "no memory to measure loudness");
	return NULL;
}

void loudness_free(struct loudness *l)
{
	if (!l)
		return;
	if (l->meter)
		ebur128_destroy(&l->meter);
	free(l->gathered);
	free(l);
}

static void count_block(struct loudness *l, double lufs)
{
	double at = (lufs - ABSOLUTE_GATE_LUFS) * BINS_PER_LU;
	size_t bin;

	if (!(at >= 0))
		return;
	bin = at < BINS - 1 ? (size_t)at : BINS - 1;
	l->bins[bin].n++;
	l->bins[bin].energy += energy_of(lufs);
}

/* Another 100 ms are complete. */
static void hop(struct loudness *l)
{
	double lufs;

	ebur128_add_frames_float(l->meter, l->gathered, l->hop_frames);
	l->n_gathered = 0;
	if (++l->n_hops >= HOPS_PER_BLOCK && ebur128_loudness_momentary(l->meter, &lufs) == EBUR128_SUCCESS)
		count_block(l, lufs);
}

void loudness_add(struct loudness *l, const sample *const *ch, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (unsigned c = 0; c < l->channels; c++)
			l->gathered[l->n_gathered * l->channels + c] = ch[c][i];
		if (++l->n_gathered == l->hop_frames)
			hop(l);
	}
}

/* Mean energy of all blocks from a bin on; 0 when there are none. */
static double mean_energy(const struct loudness *l, size_t from)
{
	double energy = 0;
	uint64_t n = 0;

	for (size_t i = from; i < BINS; i++) {
		energy += l->bins[i].energy;
		n += l->bins[i].n;
	}
	return n > 0 ? energy / (double)n : 0;
}

static double lufs_of(double energy)
{
	return energy > 0 ? 10 * log10(energy) - OFFSET_LU : -INFINITY;
}

double loudness_integrated(const struct loudness *l)
{
	double gate_lufs = lufs_of(mean_energy(l, 0)) + RELATIVE_GATE_LU;
	double at = (gate_lufs - ABSOLUTE_GATE_LUFS) * BINS_PER_LU;
	size_t from = 0;

	/* A bin belongs to the louder side when its blocks do on average. */
	if (at > 0)
		from = at < BINS - 1 ? (size_t)at : BINS - 1;
	if (l->bins[from].n > 0 && l->bins[from].energy / (double)l->bins[from].n < energy_of(gate_lufs))
		from++;
	return lufs_of(mean_energy(l, from));
}
