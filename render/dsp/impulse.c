/* Single frames of 1, one per cycle, in the frame in which the cycle ends: a clock. */
#include "render/dsp/osc.h"

/* 1 where the step from one phase to the next crosses the end of the cycle, in either direction. */
SIMD_INLINE f32x8 impulse_wave(u32x8 from, u32x8 to)
{
	i32x8 forward = (i32x8)(to - from) >= 0, wrapped = (forward & (to < from)) | (~forward & (to > from));

	return f32x8_select(wrapped, f32x8_splat(1.0f), f32x8_splat(0.0f));
}

SIMD_CLONES(static, impulse_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[OSC_FREQ];
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, osc_rate(io, 1.0), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		u32x8 from = phase_walk_bits(&w, &freq, i);
		u32x8 last = u32x8_splat((uint32_t)(phase_walk_end(&w) >> 32));

		output_store(io->out[0], i, n,
			     impulse_wave(from, __builtin_shufflevector(from, last, 1, 2, 3, 4, 5, 6, 7, 8)));
	}
	*acc = phase_walk_end(&w);
}

const struct node_def node_impulse = {
	.name = "impulse",
	.doc = "1 in the last frame of each cycle, 0 in all others",
	.reference = "a phase accumulator's overflow",
	.example = "out $ impulse 2 # reverb 0.9 0.2 0.8",
	.params = { OSC_PARAM_FREQ },
	.n_params = 1,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = impulse_process,
	.advance = osc_advance_freq,
};
