#include "render/engine/true_peak.h"

#include <string.h>

#include "render/dsp/simd.h"

enum { PHASES = 4, PIECE = 256 };

/* The table of Annex 2. Phases 2 and 3 are 1 and 0 backwards. */
static const float taps[PHASES / 2][TRUE_PEAK_TAPS] = {
	{ 0.0017089843750f, 0.0109863281250f, -0.0196533203125f, 0.0332031250000f, -0.0594482421875f, 0.1373291015625f,
	  0.9721679687500f, -0.1022949218750f, 0.0476074218750f, -0.0266113281250f, 0.0148925781250f,
	  -0.0083007812500f },
	{ -0.0291748046875f, 0.0292968750000f, -0.0517578125000f, 0.0891113281250f, -0.1665039062500f, 0.4650878906250f,
	  0.7797851562500f, -0.2003173828125f, 0.1015625000000f, -0.0582275390625f, 0.0330810546875f,
	  -0.0189208984375f },
};

/* x[-(TAPS - 1) .. n): n is a multiple of SIMD_LANES, behind what counts there may be anything finite. */
SIMD_CLONES(static, largest, (const sample *x, size_t n, sample *out), (x, n, out))
{
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 sum[PHASES] = { { 0 } };
		for (size_t k = 0; k < TRUE_PEAK_TAPS; k++) {
			f32x8 v = f32x8_load(x + i - k);
			sum[0] += taps[0][k] * v;
			sum[1] += taps[1][k] * v;
			sum[2] += taps[1][TRUE_PEAK_TAPS - 1 - k] * v;
			sum[3] += taps[0][TRUE_PEAK_TAPS - 1 - k] * v;
		}
		f32x8 most = f32x8_max(f32x8_abs(f32x8_load(x + i - TRUE_PEAK_DELAY)),
				       f32x8_abs(f32x8_load(x + i - TRUE_PEAK_DELAY + 1)));
		for (unsigned p = 0; p < PHASES; p++)
			most = f32x8_max(most, f32x8_abs(sum[p]));
		f32x8_store(out + i, most);
	}
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
