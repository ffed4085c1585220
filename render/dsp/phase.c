#include "render/dsp/phase.h"

SIMD_INLINE uint64_t sum_modulated(const struct node_input *freq, double cycles_per_hz, size_t n)
{
	u64x4 sum = { 0 };

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 hz = input_load(freq, i, n);
		u64x4 low = f64x4_to_phase(phase_increment(f32x8_low_f64(hz), cycles_per_hz));
		u64x4 high = f64x4_to_phase(phase_increment(f32x8_high_f64(hz), cycles_per_hz));

		sum += low + high;
		if (n == 1)
			return low[0];
	}
	return sum[0] + sum[1] + sum[2] + sum[3];
}

SIMD_CLONES
void phase_advance(uint64_t *acc, const struct node_input *freq, double cycles_per_hz, size_t n)
{
	f64x4 cycles;

	if (freq->data) {
		*acc += sum_modulated(freq, cycles_per_hz, n);
		return;
	}
	cycles = phase_increment(f64x4_splat((double)freq->value), cycles_per_hz);
	*acc += n * f64x4_to_phase(cycles)[0];
}
