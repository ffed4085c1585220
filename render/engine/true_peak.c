#include "render/engine/true_peak.h"

#include <string.h>

#include "render/dsp/simd.h"

enum {
	PHASES = 4,
	PIECE = 256, /* frames that are looked at in one go */
	REACH = 64,  /* frames that are looked at closely or not at all */
};

/* The table of Annex 2. Phases 2 and 3 are 1 and 0 backwards. */
static const float taps[PHASES / 2][TRUE_PEAK_TAPS] = {
	{ 0.0017089843750f, 0.0109863281250f, -0.0196533203125f, 0.0332031250000f, -0.0594482421875f, 0.1373291015625f,
	  0.9721679687500f, -0.1022949218750f, 0.0476074218750f, -0.0266113281250f, 0.0148925781250f,
	  -0.0083007812500f },
	{ -0.0291748046875f, 0.0292968750000f, -0.0517578125000f, 0.0891113281250f, -0.1665039062500f, 0.4650878906250f,
	  0.7797851562500f, -0.2003173828125f, 0.1015625000000f, -0.0582275390625f, 0.0330810546875f,
	  -0.0189208984375f },
};

/* The largest magnitudes at and before the frames x[0..8). */
SIMD_INLINE f32x8 largest_eight(const sample *x)
{
	f32x8 sum[PHASES] = { { 0 } };
	SIMD_UNROLL
	for (size_t k = 0; k < TRUE_PEAK_TAPS; k++) {
		f32x8 v = f32x8_load(x - k);
		sum[0] += taps[0][k] * v;
		sum[1] += taps[1][k] * v;
		sum[2] += taps[1][TRUE_PEAK_TAPS - 1 - k] * v;
		sum[3] += taps[0][TRUE_PEAK_TAPS - 1 - k] * v;
	}
	f32x8 most =
		f32x8_max(f32x8_abs(f32x8_load(x - TRUE_PEAK_DELAY)), f32x8_abs(f32x8_load(x - TRUE_PEAK_DELAY + 1)));
	for (unsigned p = 0; p < PHASES; p++)
		most = f32x8_max(most, f32x8_abs(sum[p]));
	return most;
}

/* x[-(TAPS - 1) .. n): n is a multiple of SIMD_LANES, behind what counts there may be anything finite. */
SIMD_CLONES(static, largest, (const sample *x, size_t n, sample *out), (x, n, out))
{
	for (size_t i = 0; i < n; i += SIMD_LANES)
		f32x8_store(out + i, largest_eight(x + i));
}

void true_peak_process(struct true_peak *t, const sample *x, size_t n, sample *out)
{
	enum { BEFORE = TRUE_PEAK_TAPS - 1 };
	sample in[BEFORE + PIECE] = { 0 }, most[PIECE];

	while (n > 0) {
		size_t part = n < PIECE ? n : PIECE;
		memcpy(in, t->history, sizeof t->history);
		memcpy(in + BEFORE, x, part * sizeof *x);
		largest(in + BEFORE, (part + SIMD_LANES - 1) / SIMD_LANES * SIMD_LANES, most);
		memcpy(out, most, part * sizeof *out);
		memcpy(t->history, in + part, sizeof t->history);
		x += part;
		out += part;
		n -= part;
	}
}

/* --- The peak of it all ------------------------------------------------------------------------------------ */

/* No phase makes more of its frames than this: the sum of its magnitudes is at most 2.0228, and the rest is room for rounding. */
#define GAIN_MAX 2.03f

SIMD_INLINE sample lanes_max(f32x8 v)
{
	sample most = 0;
	for (unsigned i = 0; i < SIMD_LANES; i++)
		most = v[i] > most ? v[i] : most;
	return most;
}

/* The largest magnitude of x[-TAPS .. REACH), a few frames more than what the next REACH results are made of. */
SIMD_INLINE sample reach_max(const sample *x)
{
	f32x8 most = f32x8_splat(0);
	SIMD_UNROLL
	for (int i = 0; i < 2 + REACH / SIMD_LANES; i++)
		most = f32x8_max(f32x8_abs(f32x8_load(x + i * SIMD_LANES - 2 * SIMD_LANES)), most);
	return lanes_max(most);
}

/* x[-2 * SIMD_LANES .. n), n a multiple of REACH: what cannot be more than the peak is not looked at closely. */
SIMD_CLONES(static, raise, (const sample *x, size_t n, sample *peak), (x, n, peak))
{
	sample found = *peak;

	for (size_t i = 0; i < n; i += REACH) {
		if (reach_max(x + i) * GAIN_MAX <= found)
			continue;
		f32x8 most = f32x8_splat(found);
		for (size_t k = 0; k < REACH; k += SIMD_LANES)
			most = f32x8_max(largest_eight(x + i + k), most);
		found = lanes_max(most);
	}
	*peak = found;
}

void true_peak_raise_inside(const sample *x, size_t n, sample *peak)
{
	size_t whole = n - n % REACH;

	if (whole > REACH)
		raise(x + REACH, whole - REACH, peak);
}

void true_peak_raise_ends(struct true_peak *t, const sample *x, size_t n, sample *peak)
{
	enum { BEFORE = 2 * SIMD_LANES };
	sample in[BEFORE + REACH] = { 0 }, rest[REACH];
	size_t whole = n - n % REACH;

	if (whole > 0) {
		memcpy(in + BEFORE - (TRUE_PEAK_TAPS - 1), t->history, sizeof t->history);
		memcpy(in + BEFORE, x, REACH * sizeof *x);
		raise(in + BEFORE, REACH, peak);
		memcpy(t->history, x + whole - (TRUE_PEAK_TAPS - 1), sizeof t->history);
	}
	true_peak_process(t, x + whole, n - whole, rest);
	for (size_t i = 0; i < n - whole; i++)
		*peak = rest[i] > *peak ? rest[i] : *peak;
}

void true_peak_raise(struct true_peak *t, const sample *x, size_t n, sample *peak)
{
	true_peak_raise_ends(t, x, n, peak);
	true_peak_raise_inside(x, n, peak);
}
