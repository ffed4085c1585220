#include "render/dsp/osc.h"

static void advance_modulated(uint64_t *acc, const struct node_io *io, size_t n)
{
	double cycles_per_hz = osc_cycles_per_hz(io);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 freq = input_load(&io->in[OSC_FREQ], i, n);
		u64x4 low = f64x4_to_phase(osc_increment(f32x8_low_f64(freq), cycles_per_hz));
		u64x4 high = f64x4_to_phase(osc_increment(f32x8_high_f64(freq), cycles_per_hz));
		u64x4 sum = low + high;

		*acc += n == 1 ? low[0] : sum[0] + sum[1] + sum[2] + sum[3];
	}
}

void osc_advance(void *state, const struct node_io *io, size_t n)
{
	uint64_t *acc = state;
	f64x4 cycles;

	if (io->in[OSC_FREQ].data) {
		advance_modulated(acc, io, n);
		return;
	}
	cycles = osc_increment(f64x4_splat(io->in[OSC_FREQ].value), osc_cycles_per_hz(io));
	*acc += n * f64x4_to_phase(cycles)[0];
}
