#include "render/engine/loudness.h"

/* Its header takes the tag `error` for an enum. */
#define error ebur128_error
#include <ebur128.h>
#undef error
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine/k_weighting.h"
#include "render/render.h"

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
	ebur128_state *library; /* LOUDNESS_DECIDING, else NULL */
	struct k_weighting filter;
	double states[CHANNELS_MAX][K_WEIGHTING_STATES];
	unsigned channels;
	size_t hop_frames; /* 100 ms */
	size_t n_gathered[CHANNELS_MAX];
	uint64_t n_hops;
	sample *gathered;                /* [channels][hop_frames] */
	double energies[HOPS_PER_BLOCK]; /* of the last hops; that of hop k stands at k % HOPS_PER_BLOCK */
	struct {
		uint64_t n;
		double energy; /* sum */
	} bins[BINS];
};

static double energy_of(double lufs)
{
	return pow(10, (lufs + OFFSET_LU) / 10);
}

static int start_meter(struct loudness *l, uint32_t sample_rate_hz, enum loudness_meter meter)
{
	if (meter == LOUDNESS_DECIDING) {
		l->library = ebur128_init(l->channels, sample_rate_hz, EBUR128_MODE_M);
		return l->library ? 0 : -1;
	}
	k_weighting_init(&l->filter, sample_rate_hz);
	return 0;
}

struct loudness *loudness_new(uint32_t sample_rate_hz, unsigned channels, enum loudness_meter meter, struct error *err)
{
	struct loudness *l = calloc(1, sizeof *l);

	if (l) {
		l->channels = channels;
		l->hop_frames = (sample_rate_hz + 5) / 10;
		l->gathered = calloc(l->hop_frames * channels, sizeof *l->gathered);
	}
	if (l && l->gathered && start_meter(l, sample_rate_hz, meter) == 0)
		return l;
	loudness_free(l);
	error_set(err, ERR_NO_MEMORY, "no memory to measure loudness");
	return NULL;
}

void loudness_free(struct loudness *l)
{
	if (!l)
		return;
	if (l->library)
		ebur128_destroy(&l->library);
	free(l->gathered);
	free(l);
}

static double lufs_of(double energy)
{
	return energy > 0 ? 10 * log10(energy) - OFFSET_LU : -INFINITY;
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

static sample *channel(const struct loudness *l, unsigned c)
{
	return l->gathered + c * l->hop_frames;
}

/* Another 100 ms are complete; lufs: of the last 400. */
static void count_hop(struct loudness *l, double lufs)
{
	if (++l->n_hops >= HOPS_PER_BLOCK)
		count_block(l, lufs);
}

/* energies: of the channels in these 100 ms. */
static void count_energies(struct loudness *l, const double *energies)
{
	double block_energy = 0;

	l->energies[l->n_hops % HOPS_PER_BLOCK] = l->channels == 1 ? energies[0] : energies[0] + energies[1];
	for (unsigned i = 0; i < HOPS_PER_BLOCK; i++)
		block_energy += l->energies[i];
	count_hop(l, lufs_of(block_energy / (double)(HOPS_PER_BLOCK * l->hop_frames)));
}

static void filter_hop(struct loudness *l)
{
	const sample *const x[CHANNELS_MAX] = { channel(l, 0), channel(l, l->channels - 1) };
	double energies[CHANNELS_MAX];

	k_weighting_energies(&l->filter, l->channels, l->states, x, l->hop_frames, energies);
	count_energies(l, energies);
}

static void filter_hop_by_library(struct loudness *l)
{
	double lufs;

	for (size_t i = 0; i < l->hop_frames; i++) {
		float frame[CHANNELS_MAX];
		for (unsigned c = 0; c < l->channels; c++)
			frame[c] = channel(l, c)[i];
		ebur128_add_frames_float(l->library, frame, 1);
	}
	count_hop(l, ebur128_loudness_momentary(l->library, &lufs) == EBUR128_SUCCESS ? lufs : -INFINITY);
}

/* Takes up to n frames of a channel: how many. */
static size_t gather(struct loudness *l, unsigned c, const sample *x, size_t n)
{
	size_t room = l->hop_frames - l->n_gathered[c], part = n < room ? n : room;

	memcpy(channel(l, c) + l->n_gathered[c], x, part * sizeof *x);
	l->n_gathered[c] += part;
	return part;
}

/* Whether the hop of a channel is complete; then the next one begins. */
static bool is_hop(struct loudness *l, unsigned c)
{
	if (l->n_gathered[c] < l->hop_frames)
		return false;
	l->n_gathered[c] = 0;
	return true;
}

void loudness_add(struct loudness *l, const sample *const *ch, size_t n)
{
	for (size_t done = 0, part = 0; done < n; done += part) {
		bool is_whole = false;
		for (unsigned c = 0; c < l->channels; c++) {
			part = gather(l, c, ch[c] + done, n - done);
			is_whole = is_hop(l, c);
		}
		if (is_whole)
			(l->library ? filter_hop_by_library : filter_hop)(l);
	}
}

_Static_assert((BLOCK_FRAMES_MAX * 10 - 1) / RENDER_SAMPLE_RATE_MIN + 2 <= LOUDNESS_HOPS_MAX, "hops of a block");

void loudness_filter(struct loudness *l, unsigned c, const sample *x, size_t n, struct loudness_hops *hops)
{
	const sample *const hop = channel(l, c);

	hops->n = 0;
	for (size_t done = 0; done < n;) {
		done += gather(l, c, x + done, n - done);
		if (is_hop(l, c))
			k_weighting_energies(&l->filter, 1, &l->states[c], &hop, l->hop_frames,
					     &hops->energies[hops->n++]);
	}
}

void loudness_count(struct loudness *l, const struct loudness_hops *hops)
{
	for (unsigned i = 0; i < hops->n; i++) {
		const double energies[CHANNELS_MAX] = { hops[0].energies[i], hops[l->channels - 1].energies[i] };
		count_energies(l, energies);
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
