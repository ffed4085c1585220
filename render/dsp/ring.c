/* Ring modulator with a sine of its own. Its phase is an exact sum, so blocks need not wait for each other. */
#include "render/dsp/lfo.h"

enum { RING_IN, RING_FREQ, RING_PARAMS };

#define RING_MIN_HZ 20.0f
#define RING_MAX_HZ 5000.0f

SIMD_INLINE f32x8 ring_phase(uint64_t *acc, const struct node_io *io, size_t i, size_t width)
{
	struct lfo_steps steps = lfo_steps(io, &io->in[RING_FREQ], RING_MIN_HZ, RING_MAX_HZ, i, width);

	return lfo_advance(acc, &steps, width);
}

SIMD_CLONES
static void ring_process(void *state, const struct node_io *io, size_t n)
{
	size_t width = lanes_in_use(n);

	for (size_t i = 0; i < n; i += width)
		frames_store(io->out[0], i, width,
			     frames_load(&io->in[RING_IN], i, width) * f32x8_sin2pi(ring_phase(state, io, i, width)));
}

SIMD_CLONES
static void ring_advance(void *state, const struct node_io *io, size_t n)
{
	size_t width = lanes_in_use(n);

	for (size_t i = 0; i < n; i += width)
		ring_phase(state, io, i, width);
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
