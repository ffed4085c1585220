/* Sines at fixed frequencies, summed: what a sum of calls of `sine` becomes.
 *
 * A quantum is four rows of sixteen frames. With p the phase in the middle of a row, between its frames, and w cycles
 * per frame, the frames at distance d before and after are
 *
 *	sin(p - d w) = sin(p) cos(d w) - cos(p) sin(d w)
 *	sin(p + d w) = sin(p) cos(d w) + cos(p) sin(d w)
 *
 * so the two products, summed over the lanes, serve sixteen frames with vectors of eight; the middles of the rows come
 * from the phase of the quantum's first frame by the same theorems. A lane costs one sine and one cosine per quantum,
 * and two multiplications and two additions for sixteen frames. All of it starts from that exact phase: nothing is
 * carried on, no error grows, and the cut of time changes no bit. Error of a lane below 4e-7. */
#include "render/dsp/osc.h"

enum {
	LANES = NODE_BANK_LANES,
	PARAMS = OSC_OFFSET + 1,
	ROW_FRAMES = 2 * SIMD_LANES,
	ROWS = QUANTUM_FRAMES / ROW_FRAMES,
};

/* Of all lanes, for one call. */
struct sine_bank {
	uint64_t step[LANES];                     /* per frame */
	f32x8 sine[LANES], cosine[LANES];         /* of 1/2, 3/2 .. 15/2 steps */
	f32x8 row_sine[LANES], row_cosine[LANES]; /* of the way from the first frame to the middle of each row */
};

SIMD_INLINE uint64_t lane_step(const struct node_io *io, unsigned lane)
{
	const struct node_input *in = io->in + lane * PARAMS;
	double ratio = f64_exp2(clamp_f64((double)in[OSC_OFFSET].value, -120.0, 120.0) * (1.0 / 12.0));

	return phase_walk_steady(0, in[OSC_FREQ].value, osc_rate(io, ratio), 1).stride[0];
}

/* cos(2 pi x) for x in [-1/2, 1/2]. */
SIMD_INLINE f32x8 cosine_of(f32x8 x)
{
	return f32x8_sin2pi(0.25f - f32x8_abs(x));
}

/* Phases of `first` halves of a step, and of 1, 2 .. 7 times `apart` more. */
SIMD_INLINE f32x8 phases_of(uint64_t step, unsigned first, unsigned apart)
{
	uint64_t half = (step >> 1) | (step & ((uint64_t)1 << 63)), stride = apart * half;
	u64x4 low = first * half + (u64x4){ 0, stride, 2 * stride, 3 * stride };

	return f32x8_from_phase(u32x8_from_phases(low, low + 4 * stride));
}

SIMD_INLINE void bank_init(struct sine_bank *b, const struct node_io *io)
{
	for (unsigned k = 0; k < LANES; k++) {
		uint64_t step = lane_step(io, k);
		f32x8 near = phases_of(step, 1, 2), far = phases_of(step, ROW_FRAMES - 1, 2 * ROW_FRAMES);

		b->step[k] = step;
		b->sine[k] = f32x8_sin2pi(near);
		b->cosine[k] = cosine_of(near);
		b->row_sine[k] = f32x8_sin2pi(far);
		b->row_cosine[k] = cosine_of(far);
	}
}

/* Sines and cosines of the lanes' phases. */
SIMD_INLINE void starts_of(const uint64_t acc[LANES], float sine[LANES], float cosine[LANES])
{
	f32x8 phase = f32x8_from_phase(u32x8_from_phases(u64x4_load(acc), u64x4_load(acc + 4)));

	f32x8_store(sine, f32x8_sin2pi(phase));
	f32x8_store(cosine, cosine_of(phase));
}

SIMD_INLINE f32x8 reversed(f32x8 x)
{
	return __builtin_shufflevector(x, x, 7, 6, 5, 4, 3, 2, 1, 0);
}

/* A quantum, lane after lane. */
SIMD_INLINE void bank_fill(const struct sine_bank *b, const uint64_t acc[LANES], sample *out)
{
	float start_sine[LANES], start_cosine[LANES], sine[SIMD_LANES], cosine[SIMD_LANES];
	f32x8 even[ROWS] = { { 0 } }, odd[ROWS] = { { 0 } };

	starts_of(acc, start_sine, start_cosine);
	for (unsigned k = 0; k < LANES; k++) {
		f32x8 s = f32x8_splat(start_sine[k]), c = f32x8_splat(start_cosine[k]);

		f32x8_store(sine, s * b->row_cosine[k] + c * b->row_sine[k]);
		f32x8_store(cosine, c * b->row_cosine[k] - s * b->row_sine[k]);
		SIMD_UNROLL
		for (unsigned j = 0; j < ROWS; j++) {
			even[j] += f32x8_splat(sine[j]) * b->cosine[k];
			odd[j] += f32x8_splat(cosine[j]) * b->sine[k];
		}
	}
	SIMD_UNROLL
	for (unsigned j = 0; j < ROWS; j++) {
		f32x8_store(out + j * ROW_FRAMES, reversed(even[j] - odd[j]));
		f32x8_store(out + j * ROW_FRAMES + SIMD_LANES, even[j] + odd[j]);
	}
}

SIMD_CLONES(static, sine_bank_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	uint64_t *acc = state;
	struct sine_bank b;

	bank_init(&b, io);
	for (size_t i = 0; i < n; i += QUANTUM_FRAMES) {
		bank_fill(&b, acc, io->out[0] + i);
		for (unsigned k = 0; k < LANES; k++)
			acc[k] += QUANTUM_FRAMES * b.step[k];
	}
}

static void sine_bank_advance(void *state, const struct node_io *io, size_t n)
{
	uint64_t *acc = state;

	for (unsigned k = 0; k < LANES; k++)
		acc[k] += n * lane_step(io, k);
}

const struct node_def node_sine_bank = {
	.name = "sine_bank",
	.doc = "the sum of eight sines at fixed frequencies",
	.reference = "the addition theorems",
	.params = { OSC_PARAM_FREQ, OSC_PARAM_OFFSET },
	.n_params = PARAMS,
	.n_lanes = LANES,
	.time_class = TIME_SCAN,
	.n_acc = LANES,
	.process = sine_bank_process,
	.advance = sine_bank_advance,
};
