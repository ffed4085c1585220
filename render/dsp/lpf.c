/* Low-pass filter. */
#include "render/dsp/svf_bank.h"

#define Q_MIN 0.5f
#define Q_MAX 20.0f

SIMD_CLONES(static, lpf_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_LOW, Q_MIN, Q_MAX, state, io, n);
}

SIMD_CLONES(static, lpf_bank_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_bank_process((struct svf_kind){ MATCHED_LOW, Q_MIN, Q_MAX }, state, io, n);
}

SIMD_CLONES(static, lpf_saw_bank_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_fed_bank_process((struct svf_kind){ MATCHED_LOW, Q_MIN, Q_MAX }, state, io, n);
}

static const struct node_def lpf_bank = SVF_BANK_DEF("lpf_bank", "the sum of low-passes", lpf_bank_process);
static const struct node_def lpf_saw_bank =
	SVF_FED_BANK_DEF("lpf_saw_bank", "the sum of saws through low-passes", lpf_saw_bank_process);

static double lpf_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return svf_ring_s(&in[SVF_CUTOFF], &in[SVF_Q], (double)Q_MIN, (double)Q_MAX);
}

const struct node_def node_lpf = {
	.name = "lpf",
	.doc = "low-pass, 12 dB per octave",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ saw 110 # lpf 800 2 # gain 0.4",
	.params = SVF_PARAMS("cutoff", "cutoff frequency", PARAM_OPTIONAL, "q", (double)Q_MIN, (double)Q_MAX,
			     "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = lpf_process,
	.tail_s = lpf_tail_s,
	.bank = &lpf_bank,
	.fed_bank = &lpf_saw_bank,
	.fed_by = &node_saw,
};
