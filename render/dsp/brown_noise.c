/* Brown noise: white noise through a leaky integrator. Leak and gain are those of 44.1 kHz, scaled to the sample
 * rate. */
#include <math.h>

#include "render/dsp/source.h"

#define BROWN_RATE_HZ 44100.0
#define BROWN_LEAK 0.998
#define BROWN_GAIN 0.1
#define BROWN_LIMIT 1.5f
#define BROWN_LEVEL 0.7f

struct brown {
	float sum, leak, gain;
};

static size_t brown_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct brown);
}

static void brown_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	double scale = BROWN_RATE_HZ / env->sample_rate_hz;

	(void)in;
	*(struct brown *)state = (struct brown){
		.leak = (float)pow(BROWN_LEAK, scale),
		.gain = (float)(BROWN_GAIN * sqrt(scale)),
	};
}

SIMD_CLONES(static, brown_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct brown b = *(struct brown *)state;
	uint64_t key = source_noise_key(io);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 white = source_noise(io, key, i) * b.gain;

		for (size_t j = 0; j < lanes_in_use(n); j++) {
			float sum = (b.sum + white[j]) * b.leak;

			sum = sum < BROWN_LIMIT ? sum : BROWN_LIMIT;
			b.sum = sum > -BROWN_LIMIT ? sum : -BROWN_LIMIT;
			io->out[0][i + j] = b.sum * BROWN_LEVEL;
		}
	}
	((struct brown *)state)->sum = b.sum;
}

const struct node_def node_brown_noise = {
	.name = "brown_noise",
	.doc = "brown noise: 6 dB less per octave",
	.reference = "leaky integrator: J. O. Smith, https://ccrma.stanford.edu/~jos/filters/One_Pole.html",
	.example = "out $ brown_noise # gain 0.8",
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = brown_state_bytes,
	.reset = brown_reset,
	.process = brown_process,
};
