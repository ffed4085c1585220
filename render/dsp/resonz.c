/* Resonator. */
#include "render/dsp/svf.h"

#define Q_MIN 0.5f
#define Q_MAX 100.0f

SIMD_CLONES(static, resonz_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_BAND_UNIT, Q_MIN, Q_MAX, state, io, n);
}

static double resonz_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return svf_ring_s(&in[SVF_CUTOFF], &in[SVF_Q], (double)Q_MIN, (double)Q_MAX);
}

const struct node_def node_resonz = {
	.name = "resonz",
	.doc = "resonator: band-pass with gain 1 at the centre and a q up to 100",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ noise # resonz \"440 660\" 50 # gain 2",
	.params = SVF_PARAMS("freq", "centre frequency", 0, "q", (double)Q_MIN, (double)Q_MAX,
			     "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = resonz_process,
	.tail_s = resonz_tail_s,
};
