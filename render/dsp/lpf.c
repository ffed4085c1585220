/* Low-pass filter. */
#include "render/dsp/svf.h"

SIMD_CLONES
static void lpf_process(void *state, const struct node_io *io, size_t n)
{
	svf_process(SVF_LOW, state, io, n);
}

const struct node_def node_lpf = {
	.name = "lpf",
	.doc = "low-pass, 12 dB per octave",
	.reference = "V. Zavalishin, The Art of VA Filter Design, 2.1.2 (2020), section 4",
	.example = "out $ saw 110 # lpf 800 2",
	.params = SVF_PARAMS("cutoff", "cutoff frequency"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = lpf_process,
	.tail_s = svf_tail_s,
};
