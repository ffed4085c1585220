/* Loops of plucked strings: what pluck and waveguide share.
 *
 * A period goes through a line of whole frames, an all-pass that makes up the fraction exactly at the fundamental,
 * and the mean of two neighbours, which lets treble die away first: Karplus and Strong, "Digital synthesis of
 * plucked-string and drum timbres", and Jaffe and Smith, "Extensions of the Karplus-Strong plucked-string
 * algorithm", both Computer Music Journal 7(2), 1983. The neighbours are one frame of 44.1 kHz apart at every
 * sample rate, so that a string decays alike at all of them. */
#ifndef RENDER_DSP_STRING_H
#define RENDER_DSP_STRING_H

#include <math.h>

#include "render/dsp/source.h"

enum { STRING_HELD = 8 }; /* frames that the mean may reach back, a power of two: 192 kHz needs 6 */

#define STRING_FREQ_MIN_HZ 20.0
#define STRING_FREQ_MAX_HZ 10000.0
#define STRING_RATE_HZ 44100.0
#define STRING_RETUNE_HZ 1.0f /* a string follows its frequency in steps larger than this */

struct string_tuning {
	float hz;       /* what it was tuned to; 0: never */
	uint32_t whole; /* frames in the line, at least 1 */
	float allpass;  /* coefficient */
};

/* The mean's second frame, between two frames. */
struct string_mean {
	uint32_t apart; /* frames back */
	float share;    /* of the one after that, 0..1 */
};

/* Filters of a loop; zero at frame 0. */
struct string_loop {
	float in, out; /* of the all-pass, the frame before */
	sample held[STRING_HELD];
};

/* Linear interpolation adds a loss of its own, so the distance is chosen for the loss (the variance of the three
 * taps) to be that of 44.1 kHz: s^2 - 2 (a + 1) s + ratio^2 - a^2 = 0. For reset(). */
static inline struct string_mean string_mean_of(double sample_rate_hz)
{
	double ratio = sample_rate_hz / STRING_RATE_HZ, a = floor(ratio);

	return (struct string_mean){
		.apart = (uint32_t)a,
		.share = (float)(a + 1.0 - sqrt((a + 1.0) * (a + 1.0) + a * a - ratio * ratio)),
	};
}

/* For a loop of `loops` to a period: 1, or 2 where the string's ends are apart. The highest pitch is a quarter of the
 * sample rate. */
static inline struct string_tuning string_tune(const struct string_mean *mean, double sample_rate_hz, float hz,
					       unsigned loops)
{
	double apart = (double)mean->share + mean->apart, highest = sample_rate_hz * 0.25 / loops;
	double cycles = clamp_f64((double)hz, STRING_FREQ_MIN_HZ, highest) / sample_rate_hz; /* per frame */
	double delay = clamp_f64(1.0 / (cycles * loops) - 0.5 * apart, 1.2, 1e6), fraction;
	struct string_tuning t = { .hz = hz, .whole = (uint32_t)(delay - 0.1) };

	fraction = delay - t.whole; /* 0.1..1.1, where the all-pass settles fast */
	t.allpass = (float)(f64_sin2pi(0.5 * cycles * (1.0 - fraction)) / f64_sin2pi(0.5 * cycles * (1.0 + fraction)));
	return t;
}

SIMD_INLINE bool string_is_off(const struct string_tuning *t, float hz)
{
	float off = t->hz - hz;

	return off > STRING_RETUNE_HZ || off < -STRING_RETUNE_HZ;
}

/* What comes out of the filters of frame `frame` when the line's end is x. */
SIMD_INLINE float string_loop_tick(struct string_loop *l, const struct string_mean *mean, float allpass, uint64_t frame,
				   float x)
{
	float y = allpass * (x - l->out) + l->in, near, far;

	l->in = x;
	l->out = y;
	l->held[frame % STRING_HELD] = y;
	near = l->held[(frame - mean->apart) % STRING_HELD];
	far = l->held[(frame - mean->apart - 1) % STRING_HELD];
	return 0.5f * (y + near + mean->share * (far - near));
}

/* Frames of a line that holds `seconds`, a power of two. */
static inline uint32_t string_line_frames(const struct node_env *env, double seconds)
{
	uint32_t frames = 64;

	while (frames < seconds * env->sample_rate_hz + 2)
		frames *= 2;
	return frames;
}

#endif
