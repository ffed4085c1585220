/* Band-limited triangle wave. */
#include "render/dsp/osc.h"

SIMD_CLONES(static, tri_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	osc_process(OSC_TRI, state, io, n);
}

const struct node_def node_tri = {
	.name = "tri",
	.aliases = { "triangle", "triangle_hz" },
	.doc = "triangle wave, rising from -1 in the first half of the cycle, band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ tri 220 # gain 0.3",
	.params = { OSC_PARAM_FREQ, OSC_PARAM_OFFSET, OSC_PARAM_NAIVE },
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = tri_process,
	.advance = osc_advance,
};
