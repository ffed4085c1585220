/* Band-stop filter. */
#include "render/dsp/svf.h"

#define Q_MIN 0.5f
#define Q_MAX 20.0f

SIMD_CLONES(static, notch_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_NOTCH, Q_MIN, Q_MAX, state, io, n);
}

static double notch_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return svf_ring_s(&in[SVF_CUTOFF], &in[SVF_Q], (double)Q_MIN, (double)Q_MAX);
}

const struct node_def node_notch = {
	.name = "notch",
	.doc = "takes out the centre; q is the centre over the width between the points 3 dB down",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ saw 110 # notch (sine 0.25 * 800 + 1000) 1 # gain 0.3",
	.params = SVF_PARAMS("center", "centre frequency", PARAM_OPTIONAL, "q", (double)Q_MIN, (double)Q_MAX,
			     "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = notch_process,
	.tail_s = notch_tail_s,
};
