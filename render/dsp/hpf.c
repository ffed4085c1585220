/* High-pass filter. */
#include "render/dsp/svf.h"

SIMD_CLONES
static void hpf_process(void *state, const struct node_io *io, size_t n)
{
	svf_process(SVF_HIGH, state, io, n);
}

const struct node_def node_hpf = {
	.name = "hpf",
	.doc = "high-pass, 12 dB per octave",
	.reference = "V. Zavalishin, The Art of VA Filter Design, 2.1.2 (2020), section 4",
	.example = "out $ noise # hpf 4000 # gain 0.2",
	.params = SVF_PARAMS("cutoff", "cutoff frequency"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = hpf_process,
	.tail_s = svf_tail_s,
};
