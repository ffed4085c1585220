/* Band-limited rising sawtooth. */
#include "render/dsp/osc.h"

SIMD_CLONES(static, saw_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	osc_process(OSC_SAW, state, io, n);
}

const struct node_def node_saw = {
	.name = "saw",
	.aliases = { "saw_hz" },
	.doc = "rising sawtooth from -1 to 1, band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ saw 55 # lpf 800 2 # gain 0.5",
	.params = { OSC_PARAM_FREQ, OSC_PARAM_OFFSET, OSC_PARAM_NAIVE },
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = saw_process,
	.advance = osc_advance,
};
