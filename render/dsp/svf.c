#include "render/dsp/svf_bank.h"

#define Q_MIN 0.1f
#define Q_MAX 20.0f

SIMD_CLONES(extern, svf_low_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_LOW, Q_MIN, Q_MAX, state, io, n);
}

SIMD_CLONES(extern, svf_high_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_HIGH, Q_MIN, Q_MAX, state, io, n);
}

SIMD_CLONES(extern, svf_band_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_BAND, Q_MIN, Q_MAX, state, io, n);
}

SIMD_CLONES(extern, svf_band_unit_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_BAND_UNIT, Q_MIN, Q_MAX, state, io, n);
}

SIMD_CLONES(extern, svf_notch_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_process(MATCHED_NOTCH, Q_MIN, Q_MAX, state, io, n);
}

double svf_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return svf_ring_s(&in[SVF_CUTOFF], &in[SVF_Q], (double)Q_MIN, (double)Q_MAX);
}

SIMD_CLONES(static, low_bank_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_bank_process((struct svf_kind){ MATCHED_LOW, Q_MIN, Q_MAX }, state, io, n);
}

SIMD_CLONES(static, low_saw_bank_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	svf_fed_bank_process((struct svf_kind){ MATCHED_LOW, Q_MIN, Q_MAX }, state, io, n);
}

const struct node_def node_svf_low_bank = SVF_BANK_DEF("rlpf_bank", "the sum of low-passes", low_bank_process);
const struct node_def node_svf_low_saw_bank =
	SVF_FED_BANK_DEF("rlpf_saw_bank", "the sum of saws through low-passes", low_saw_bank_process);
