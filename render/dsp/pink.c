/* Pink noise: white noise held for 1, 2, 4 ... 32768 frames, summed (Voss and McCartney). Each held value is a hash
 * of its number, so any span can be computed on its own. Levels of the first and last rows are trimmed, so that
 * from 20 Hz to 20 kHz at 44.1 kHz the spectrum stays within 0.6 dB of 3 dB per octave. */
#include "render/dsp/source.h"

enum { PINK_ROWS = 16, PINK_FAST = 3 }; /* rows that change within eight frames */

/* Levels of the rows; all others are 1. */
static const float pink_fast_level[PINK_FAST] = { 1.16535f, 1.12433f, 0.94383f };

/* Hash of the number of the value that a row holds; frame is the lower and upper half of a frame number. */
SIMD_INLINE f32x8 pink_value(uint64_t key, u32x8 low, u32x8 high, u32x8 row)
{
	u32x8 carried = (high << 1) << (31 - row); /* no shift by 32 at row 0 */

	return f32x8_uniform(u32x8_hash(key, (low >> row) | carried, (high >> row) ^ (row << 28)));
}

/* The rows that are slower than eight frames, at one frame: rows 3..10 and 11..15 side by side in the lanes. */
SIMD_INLINE float pink_slow(uint64_t key, uint64_t frame)
{
	static const f32x8 level[2] = { { 1.01281f, 1, 1, 1, 1, 1, 1, 1 }, { 1, 1, 1, 1, 0.95022f, 0, 0, 0 } };
	u32x8 low = u32x8_splat((uint32_t)frame), high = u32x8_splat((uint32_t)(frame >> 32));
	u32x8 row = PINK_FAST + u32x8_lanes(), last = u32x8_splat(PINK_ROWS - 1);
	u32x8 beyond = row + 8, is_row = (u32x8)(beyond < last);
	f32x8 sum = pink_value(key, low, high, row) * level[0];

	sum += pink_value(key, low, high, (beyond & is_row) | (last & ~is_row)) * level[1];
	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

SIMD_INLINE f32x8 pink_fast(uint64_t key, uint64_t frame)
{
	u32x8 low = (uint32_t)frame + u32x8_lanes();
	u32x8 high = (uint32_t)(frame >> 32) - (u32x8)(low < u32x8_splat((uint32_t)frame));
	f32x8 sum = f32x8_splat(0.0f);

	for (uint32_t row = 0; row < PINK_FAST; row++)
		sum += pink_value(key, low, high, u32x8_splat(row)) * pink_fast_level[row];
	return sum;
}

/* Blocks begin at multiples of eight frames, single frames anywhere: either way the slow rows are those of the
 * first. */
SIMD_CLONES(static, pink_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	uint64_t key = source_noise_key(io);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		uint64_t frame = io->frame + i;
		f32x8 sum = pink_fast(key, frame) + pink_slow(key, frame);

		output_store(io->out[0], i, n, sum * (1.0f / PINK_ROWS));
	}
}

const struct node_def node_pink = {
	.name = "pink",
	.aliases = { "pink_noise" },
	.doc = "pink noise: 3 dB less per octave",
	.reference = "https://www.firstpr.com.au/dsp/pink-noise/",
	.example = "out $ pink # gain 0.8",
	.time_class = TIME_PURE,
	.is_individual = true,
	.process = pink_process,
};
