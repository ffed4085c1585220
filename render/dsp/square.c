/* Band-limited square wave. */
#include "render/dsp/osc.h"

SIMD_CLONES(static, square_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	osc_process(OSC_SQUARE, state, io, n);
}

const struct node_def node_square = {
	.name = "square",
	.aliases = { "square_hz" },
	.doc = "square wave, +1 in the first half of the cycle, band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ square 110 # gain 0.2",
	.params = { OSC_PARAM_FREQ, OSC_PARAM_OFFSET, OSC_PARAM_NAIVE },
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = square_process,
	.advance = osc_advance,
};
