#include "render/engine/parcel.h"

#include <stdlib.h>

#include "render/engine/mix.h"
#include "render/io/interleave.h"

int parcel_init(struct parcel *p, unsigned n_signals, unsigned channels, size_t n_frames, struct error *err)
{
	*p = (struct parcel){
		.n_signals = n_signals,
		.channels = channels,
		.memory = aligned_alloc(64, n_signals * PLAN_CHANNELS_MAX * n_frames * sizeof(sample)),
	};
	if (!p->memory)
		return error_set(err, ERR_NO_MEMORY, "no memory for the mix");
	for (unsigned i = 0; i < n_signals; i++)
		for (unsigned c = 0; c < PLAN_CHANNELS_MAX; c++) {
			p->sides[i][c] = p->memory + (i * PLAN_CHANNELS_MAX + c) * n_frames;
			if (c < channels)
				p->lines[i * channels + c] = p->sides[i][c];
		}
	return 0;
}

void parcel_fini(struct parcel *p)
{
	for (unsigned i = 0; i < p->n_signals; i++)
		encoded_fini(&p->encoded[i]);
	free(p->memory);
	p->memory = NULL;
}

static void mix_signals(struct parcel *p, const struct run *run, uint64_t block, size_t n)
{
	sample *stems[RENDER_STEMS_MAX];

	if (p->n_signals == 1) {
		mix_outputs(run, block, p->sides[0][0], p->sides[0][1], n);
		return;
	}
	for (unsigned c = 0; c < PLAN_CHANNELS_MAX; c++) {
		for (unsigned i = 1; i < p->n_signals; i++)
			stems[i - 1] = p->sides[i][c];
		mix_stems(run, block, c, p->sides[0][c], stems, n);
	}
}

bool parcel_mix(struct parcel *p, const struct run *run, uint64_t block, size_t n, sample gain)
{
	bool is_finite = true;

	mix_signals(p, run, block, n);
	for (unsigned i = 0; p->channels == 1 && i < p->n_signals; i++)
		mix_down(p->sides[i][0], p->sides[i][1], n);
	for (unsigned k = 0; k < parcel_lines(p); k++)
		is_finite &= mix_finish(p->lines[k], n, gain);
	return is_finite;
}

void parcel_interleave(const struct parcel *p, size_t n, sample *out)
{
	unsigned n_lines = parcel_lines(p);

	if (n_lines == 2) {
		interleave_pairs(p->lines[0], p->lines[1], n, out);
		return;
	}
	for (unsigned k = 0; k < n_lines; k++)
		for (size_t i = 0; i < n; i++)
			out[i * n_lines + k] = p->lines[k][i];
}

void parcel_deinterleave(struct parcel *p, size_t n, const sample *in)
{
	unsigned n_lines = parcel_lines(p);

	for (unsigned k = 0; k < n_lines; k++)
		for (size_t i = 0; i < n; i++)
			p->lines[k][i] = in[i * n_lines + k];
}
