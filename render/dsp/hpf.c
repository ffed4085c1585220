/* High-pass filter. */
#include "render/dsp/svf.h"

#define Q_MIN 0.5f
#define Q_MAX 20.0f

SIMD_CLONES(static, hpf_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_HIGH, Q_MIN, Q_MAX, state, io, n);
}

static double hpf_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return svf_ring_s(&in[SVF_CUTOFF], &in[SVF_Q], (double)Q_MIN, (double)Q_MAX);
}

const struct node_def node_hpf = {
	.name = "hpf",
	.doc = "high-pass, 12 dB per octave",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ noise # hpf 4000 # gain 0.2",
	.params = SVF_PARAMS("cutoff", "cutoff frequency", PARAM_OPTIONAL, "q", (double)Q_MIN, (double)Q_MAX,
			     "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = hpf_process,
	.tail_s = hpf_tail_s,
};
