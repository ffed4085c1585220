/* Band-pass filter. */
#include "render/dsp/svf.h"

#define Q_MIN 0.5f
#define Q_MAX 20.0f

SIMD_CLONES(static, bpf_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_BAND, Q_MIN, Q_MAX, state, io, n);
}

static double bpf_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return svf_ring_s(&in[SVF_CUTOFF], &in[SVF_Q], (double)Q_MIN, (double)Q_MAX);
}

const struct node_def node_bpf = {
	.name = "bpf",
	.doc = "band-pass, 6 dB per octave either side, gain q at the centre",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ noise # bpf 1000 5 # gain 0.2",
	.params = SVF_PARAMS("center", "centre frequency", PARAM_OPTIONAL, "q", (double)Q_MIN, (double)Q_MAX,
			     "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = bpf_process,
	.tail_s = bpf_tail_s,
};
