/* Three band-passes side by side, as a mouth has them: what formant and vowel share. */
#ifndef RENDER_DSP_FORMANT_H
#define RENDER_DSP_FORMANT_H

#include "render/dsp/svf.h"

enum { FORMANTS = 3 };

#define FORMANT_Q_MIN 0.1f
#define FORMANT_Q_MAX 200.0f
#define FORMANT_LEVEL 0.5f

/* Zero at frame 0. */
struct formant {
	struct svf band[FORMANTS];
};

/* Of sixteen frames, in Hz. */
struct formant_wish {
	struct frames16 centre[FORMANTS], width[FORMANTS];
};

SIMD_INLINE void formant_tune(struct svf *band, struct frames16 centre, struct frames16 width, float rate_hz)
{
	struct svf_wish to = { .hz = frames16_clamp(centre, SVF_HZ_MIN, SVF_HZ_MAX), .gain_db = frames16_splat(0) };

	for (unsigned half = 0; half < 2; half++) {
		f32x8 q = to.hz.v[half] / f32x8_max(width.v[half], f32x8_splat(1.0f));
		to.q.v[half] = f32x8_clamp(q, FORMANT_Q_MIN, FORMANT_Q_MAX);
	}
	svf_tune(band, MATCHED_BAND, true, &to, rate_hz);
}

/* The sum of the bands, each with gain q (centre over width) at its centre. */
SIMD_INLINE struct frames16 formant_filter(struct formant *f, const struct formant_wish *to, struct frames16 x,
					   uint64_t frame, size_t n, float rate_hz)
{
	struct frames16 sum = frames16_splat(0);

	for (unsigned b = 0; b < FORMANTS; b++) {
		struct frames16 y;

		formant_tune(&f->band[b], to->centre[b], to->width[b], rate_hz);
		y = svf_filter(&f->band[b], x, frame, n);
		sum.v[0] += FORMANT_LEVEL * y.v[0];
		sum.v[1] += FORMANT_LEVEL * y.v[1];
	}
	return sum;
}

#endif
