/* Transient shaper: a fast and a slow follower; where the fast one is ahead there is an attack.
 *
 * t = max(0, fast - slow) / fast is the share of attack in the sound, and the gain is the mix of both factors by it.
 * Differential envelopes after SPL's Transient Designer: R. Tschirge, "Method and apparatus for the processing of
 * transients", 1998; U. Zoelzer (ed.), DAFX (2011), section 4.4. Both channels share the followers. */
#include "render/dsp/dynamics.h"

enum { SHAPER_IN, SHAPER_ATTACK, SHAPER_SUSTAIN, SHAPER_PARAMS };

#define FAST_ATTACK_S 0.0005
#define FAST_RELEASE_S 0.02
#define SLOW_ATTACK_S 0.015
#define SLOW_RELEASE_S 0.08

/* One-pole on |x| with a share of the way per frame up and down. */
struct follower {
	double up, down, level;
};

struct shaper {
	struct follower fast, slow;
	struct glide attack_db, sustain_db;
};

static size_t shaper_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct shaper);
}

static struct follower follower_of(double attack_s, double release_s, double rate)
{
	return (struct follower){ 1.0 - follower_keep(attack_s, rate), 1.0 - follower_keep(release_s, rate), 0 };
}

static void shaper_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct shaper *s = state;

	(void)in;
	*s = (struct shaper){ .attack_db = { 0 } };
	s->fast = follower_of(FAST_ATTACK_S, FAST_RELEASE_S, env->sample_rate_hz);
	s->slow = follower_of(SLOW_ATTACK_S, SLOW_RELEASE_S, env->sample_rate_hz);
}

SIMD_INLINE double follow(struct follower *f, double x)
{
	f->level += (x - f->level) * (x > f->level ? f->up : f->down);
	return f->level;
}

/* Share of attack in eight frames, 0 to 1. */
SIMD_INLINE f32x8 attack_share(struct shaper *s, f32x8 peak, size_t lanes)
{
	f32x8 share = { 0 };

	for (size_t j = 0; j < lanes; j++) {
		double fast = follow(&s->fast, peak[j]), ahead = fast - follow(&s->slow, peak[j]);

		share[j] = ahead > 0 ? (float)(ahead / fast) : 0.0f;
	}
	return share;
}

SIMD_INLINE f32x8 factor(struct glide *db, const struct node_io *io, unsigned p, size_t i, size_t lanes)
{
	f32x8 at = glide_load(db, io, stereo_param(io, p, 0), -40.0f, 40.0f, i, lanes);

	return f32x8_exp2(at * (1.0f / DB_PER_OCTAVE));
}

SIMD_CLONES(static, shaper_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct shaper *s = state;
	size_t lanes = lanes_in_use(n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 share = attack_share(s, stereo_peak(io, SHAPER_IN, i, n), lanes);
		f32x8 attack = factor(&s->attack_db, io, SHAPER_ATTACK, i, lanes);
		f32x8 sustain = factor(&s->sustain_db, io, SHAPER_SUSTAIN, i, lanes);
		f32x8 gain = sustain + (attack - sustain) * share;

		for (unsigned ch = 0; ch < 2; ch++)
			output_store(io->out[ch], i, n, input_load(stereo_param(io, SHAPER_IN, ch), i, n) * gain);
	}
}

const struct node_def node_transient_shaper = {
	.name = "transient_shaper",
	.aliases = { "tshaper" },
	.doc = "makes attacks and what follows them louder or softer, whatever the level",
	.reference = "U. Zoelzer (ed.), DAFX (2011), section 4.4; R. Tschirge, SPL Transient Designer, 1998",
	.example = "out $ s \"bd sn\" # gain 0.5 # transient_shaper 6 -12",
	.params = {
		PARAM_IN,
		{ .name = "attack", .unit = "dB", .min = -40, .max = 40, .doc = "gain of attacks" },
		{ .name = "sustain", .unit = "dB", .min = -40, .max = 40, .doc = "gain of what follows them" },
	},
	.n_params = SHAPER_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = shaper_state_bytes,
	.reset = shaper_reset,
	.process = shaper_process,
};
