/* A saw without edge: every harmonic, each with the square of its number less. As cosines these sum to a parabola. */
#include "render/dsp/osc.h"
#include "render/dsp/source.h"

SIMD_CLONES(static, soft_saw_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	osc_fill(OSC_SOFT_SAW, state, io, n, osc_rate(io, 1.0), false);
}

const struct node_def node_soft_saw = {
	.name = "soft_saw",
	.aliases = { "soft_saw_hz" },
	.doc = "mellow sawtooth: all harmonics, falling like a triangle's (12 dB per octave), band-limited",
	.reference = "Bernoulli polynomial of the second degree, https://dlmf.nist.gov/24.8",
	.example = "out $ soft_saw 110 # gain 0.3",
	.params = { OSC_PARAM_FREQ },
	.n_params = 1,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = soft_saw_process,
	.advance = osc_advance_freq,
};
