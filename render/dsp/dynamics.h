/* What compressor, sidechain_compressor and expander share: a level detector and gain curves.
 *
 * Detector. The peak is held and decays exponentially, e^(-t / release). The level follows it upwards as a one-pole,
 * 1 - e^(-t / attack), and is never above it. So after a step up the level has gone 1 - 1/e of the way when the attack
 * time is over, after a step down 1/e is left after the release time, each independent of the other; and a steady tone
 * reads its peak, not something between peak and mean as a one-pole on |x| would. (Decoupled peak detector: D.
 * Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design - a tutorial and analysis", J. Audio
 * Eng. Soc. 60(6), 2012, section 2; there the release is smoothed by the attack once more, here it is exact.)
 *
 * Curve. Hard knee at the threshold T: a level of L dB above T gets (L - T) * slope dB, where slope is 1/ratio - 1 for
 * compression and ratio - 1 for upward expansion.
 *
 * Both channels share one detector, on the louder of them, so that the image stays in its place. Parameters other than
 * the signals are taken from the left channel. */
#ifndef RENDER_DSP_DYNAMICS_H
#define RENDER_DSP_DYNAMICS_H

#include "render/dsp/glide.h"

#define DYNAMICS_GAIN_MAX_DB 60.0f /* an expander's curve has no end of its own */
#define DYNAMICS_LEVEL_MIN 1e-9f   /* -180 dB: where the logarithm stops */
#define DB_PER_OCTAVE 6.0205999f   /* of amplitude: 20 log10(2) */

enum { DYNAMICS_NONE = NODE_PARAMS_MAX }; /* instead of a parameter: there is none */

/* Which parameter is what. */
struct dynamics_layout {
	unsigned side; /* the signal that the detector hears */
	unsigned threshold, ratio, attack, release, makeup;
	bool expands;
	double attack_min_s, attack_max_s, release_min_s, release_max_s;
};

#define DYNAMICS_TIMES .attack_min_s = 0.001, .attack_max_s = 1, .release_min_s = 0.01, .release_max_s = 3

/* Zero at frame 0. */
struct detector {
	double held, level;
};

/* Zero at frame 0. The gain must not jump where a parameter steps; attack and release may. */
struct dynamics {
	struct detector detector;
	struct glide threshold, ratio, makeup;
};

/* Coefficients of eight frames. */
struct ballistics {
	double attack[SIMD_LANES]; /* share of the way up in one frame */
	double keep[SIMD_LANES];   /* share of the held peak that is left after one frame */
};

static inline size_t dynamics_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct dynamics);
}

/* What is left of a one-pole's distance after one frame: e^(-1 / frames). */
SIMD_INLINE double follower_keep(double time_s, double sample_rate_hz)
{
	return f64_exp(-1.0 / (time_s * sample_rate_hz));
}

SIMD_INLINE const struct node_input *stereo_param(const struct node_io *io, unsigned p, unsigned ch)
{
	return &io->in[2 * p + ch];
}

/* The louder channel of a stereo parameter; finite. */
SIMD_INLINE f32x8 stereo_peak(const struct node_io *io, unsigned p, size_t i, size_t n)
{
	f32x8 left = f32x8_abs(input_load(stereo_param(io, p, 0), i, n));
	f32x8 right = f32x8_abs(input_load(stereo_param(io, p, 1), i, n));

	return f32x8_clamp(f32x8_max(left, right), 0.0f, (float)PARAM_SIGNAL_MAX);
}

SIMD_INLINE void ballistics_set(struct ballistics *b, const struct dynamics_layout *l, const struct node_io *io,
				size_t i, size_t lanes)
{
	const struct node_input *attack = stereo_param(io, l->attack, 0), *release = stereo_param(io, l->release, 0);
	double rate = io->env->sample_rate_hz;

	for (size_t j = 0; j < lanes; j++) {
		double attack_s = clamp_f64(node_input_at(attack, i + j), l->attack_min_s, l->attack_max_s);
		double release_s = clamp_f64(node_input_at(release, i + j), l->release_min_s, l->release_max_s);

		b->attack[j] = 1.0 - follower_keep(attack_s, rate);
		b->keep[j] = follower_keep(release_s, rate);
	}
}

/* Levels of eight frames; lanes past those in use repeat the last. */
SIMD_INLINE f32x8 detector_step(struct detector *d, const struct ballistics *b, f32x8 peak, size_t lanes)
{
	f32x8 levels = { 0 };

	for (size_t j = 0; j < lanes; j++) {
		double x = peak[j], held = d->held * b->keep[j], risen;

		held = x > held ? x : held;
		risen = d->level + (held - d->level) * b->attack[j];
		d->level = held < d->level ? held : risen;
		d->held = held;
		levels[j] = (float)d->level;
	}
	return levels;
}

/* Factor for a level: slope dB more per dB over the threshold. */
SIMD_INLINE f32x8 dynamics_gain(f32x8 level, f32x8 threshold_db, f32x8 slope, f32x8 makeup_db)
{
	f32x8 level_db = f32x8_log2(f32x8_max(level, f32x8_splat(DYNAMICS_LEVEL_MIN))) * DB_PER_OCTAVE;
	f32x8 over_db = f32x8_max(level_db - threshold_db, f32x8_splat(0.0f));
	f32x8 gain_db = f32x8_min(over_db * slope + makeup_db, f32x8_splat(DYNAMICS_GAIN_MAX_DB));

	return f32x8_exp2(gain_db * (1.0f / DB_PER_OCTAVE));
}

/* node_def.process of a layout; inline it into a function under SIMD_CLONES. */
SIMD_INLINE void dynamics_process(const struct dynamics_layout *l, struct dynamics *d, const struct node_io *io,
				  size_t n, float ratio_max)
{
	bool is_steady = !stereo_param(io, l->attack, 0)->data && !stereo_param(io, l->release, 0)->data;
	size_t lanes = lanes_in_use(n);
	struct ballistics b;

	if (is_steady)
		ballistics_set(&b, l, io, 0, SIMD_LANES);
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 threshold =
			glide_load(&d->threshold, io, stereo_param(io, l->threshold, 0), -60.0f, 0.0f, i, lanes);
		f32x8 ratio = glide_load(&d->ratio, io, stereo_param(io, l->ratio, 0), 1.0f, ratio_max, i, lanes);
		f32x8 makeup = { 0 }, gain;

		if (!is_steady)
			ballistics_set(&b, l, io, i, lanes);
		if (l->makeup != DYNAMICS_NONE)
			makeup = glide_load(&d->makeup, io, stereo_param(io, l->makeup, 0), 0.0f, 30.0f, i, lanes);
		gain = dynamics_gain(detector_step(&d->detector, &b, stereo_peak(io, l->side, i, n), lanes), threshold,
				     l->expands ? ratio - 1.0f : 1.0f / ratio - 1.0f, makeup);
		for (unsigned ch = 0; ch < 2; ch++)
			output_store(io->out[ch], i, n, input_load(stereo_param(io, 0, ch), i, n) * gain);
	}
}

/* Rows of the parameter tables. */
#define PARAM_THRESHOLD_DB                                                                                             \
	{                                                                                                              \
		.name = "threshold", .unit = "dB", .min = -60, .max = 0, .doc = "level above which the gain changes"   \
	}
#define PARAM_RATIO(ratio_max, ratio_doc)                                                                              \
	{                                                                                                              \
		.name = "ratio", .unit = "", .min = 1, .max = (ratio_max), .doc = (ratio_doc)                          \
	}
#define PARAM_DETECTOR_ATTACK                                                                                          \
	{                                                                                                              \
		.name = "attack", .unit = "s", .min = 0.001, .max = 1,                                                 \
		.doc = "time in which the level goes 63 % of a step up"                                                \
	}
#define PARAM_DETECTOR_RELEASE                                                                                         \
	{                                                                                                              \
		.name = "release", .unit = "s", .min = 0.01, .max = 3, .doc = "time in which the level falls to 37 %"  \
	}

#define DYNAMICS_REFERENCE                                                                                             \
	"D. Giannoulis, M. Massberg, J. D. Reiss, Digital dynamic range compressor design, J. Audio Eng. Soc. 60(6), " \
	"2012"

#endif
