#include "render/dsp/phase.h"

SIMD_INLINE uint64_t sum_modulated(const struct node_input *freq, struct phase_rate rate, size_t n)
{
	u64x4 sum = { 0 };

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f64x4 low, high;

		phase_cycles(input_load(freq, i, n), rate, &low, &high);
		if (n == 1)
			return f64x4_to_phase(low)[0];
		sum += f64x4_to_phase(low) + f64x4_to_phase(high);
	}
	return sum[0] + sum[1] + sum[2] + sum[3];
}

SIMD_CLONES(extern, phase_advance, (uint64_t *acc, const struct node_input *freq, struct phase_rate rate, size_t n),
	    (acc, freq, rate, n))
{
	*acc += freq->data ? sum_modulated(freq, rate, n) : n * phase_walk_steady(0, freq->value, rate, 1).stride[0];
}
