/* Band-pass filter. */
#include "render/dsp/svf.h"

SIMD_CLONES
static void bpf_process(void *state, const struct node_io *io, size_t n)
{
	svf_process(SVF_BAND, state, io, n);
}

const struct node_def node_bpf = {
	.name = "bpf",
	.doc = "band-pass, 6 dB per octave either side, gain q at the centre",
	.reference = "V. Zavalishin, The Art of VA Filter Design, 2.1.2 (2020), section 4",
	.example = "out $ noise # bpf 1000 5 # gain 0.2",
	.params = SVF_PARAMS("center", "centre frequency"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = bpf_process,
	.tail_s = svf_tail_s,
};
