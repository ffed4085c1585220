/* Ring modulator with a sine of its own. Its phase is an exact sum, so blocks need not wait for each other. */
#include "render/dsp/lfo.h"

enum { RING_IN, RING_FREQ, RING_PARAMS };

#define RING_MIN_HZ 20.0f
#define RING_MAX_HZ 5000.0f

SIMD_CLONES(static, ring_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	size_t width = lanes_in_use(n);
	struct lfo lfo;

	for (size_t i = 0; i < n; i += width) {
		lfo_follow(&lfo, io, &io->in[RING_FREQ], RING_MIN_HZ, RING_MAX_HZ, i, width);
		frames_store(io->out[0], i, width,
			     frames_load(&io->in[RING_IN], i, width) * f32x8_sin2pi(lfo_advance(state, &lfo)));
	}
}

SIMD_CLONES(static, ring_advance, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	size_t width = lanes_in_use(n);
	uint64_t *phase = state;
	struct lfo lfo;

	for (size_t i = 0; i < n; i += width) {
		lfo_follow(&lfo, io, &io->in[RING_FREQ], RING_MIN_HZ, RING_MAX_HZ, i, width);
		*phase += lfo.stride;
	}
}

const struct node_def node_ring = {
	.name = "ring",
	.doc = "ring modulation: the signal times a sine",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 3",
	.example = "out $ tri \"220 330\" # ring 137",
	.params = {
		PARAM_IN,
		{ .name = "freq", .unit = "Hz", .min = 20, .max = 5000, .doc = "of the sine" },
	},
	.n_params = RING_PARAMS,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = ring_process,
	.advance = ring_advance,
};
