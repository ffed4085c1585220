/* Plucked string, by Karplus and Strong: a period of noise that goes round through a low-pass. It is plucked at the
 * start and whenever its frequency moves by more than 1 Hz; a pluck writes noise for one period, and the loop then
 * has it. */
#include <string.h>

#include "render/dsp/string.h"

enum { PLUCK_FREQ, PLUCK_DAMPING };

#define PLUCK_LOSS_LEAST 0.0005f /* of a period */
#define PLUCK_LOSS_SPAN 0.001f

struct pluck {
	struct string_mean mean;
	struct string_tuning tuning;
	struct string_loop loop;
	uint32_t burst; /* frames of noise to come */
	uint32_t mask;
	uint64_t frame;
	sample line[] __attribute__((aligned(64)));
};

static uint32_t pluck_frames(const struct node_env *env)
{
	return string_line_frames(env, 1.0 / STRING_FREQ_MIN_HZ);
}

static size_t pluck_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return sizeof(struct pluck) + pluck_frames(env) * sizeof(sample);
}

static void pluck_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct pluck *p = state;

	memset(p, 0, pluck_state_bytes(env, in));
	p->mean = string_mean_of(env->sample_rate_hz);
	p->mask = pluck_frames(env) - 1;
}

SIMD_INLINE sample pluck_tick(struct pluck *p, float noise, float gain)
{
	sample end = p->line[(p->frame - p->tuning.whole) & p->mask];
	sample y = gain * string_loop_tick(&p->loop, &p->mean, p->tuning.allpass, p->frame, end);

	if (p->burst > 0) {
		p->burst--;
		y = noise;
	}
	p->line[p->frame++ & p->mask] = y;
	return y;
}

SIMD_CLONES(static, pluck_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	uint64_t key = source_noise_key(io);
	struct pluck *p = state;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 noise = source_noise(io, key, i);
		f32x8 hz = f32x8_clamp(input_load(&io->in[PLUCK_FREQ], i, n), (float)STRING_FREQ_MIN_HZ,
				       (float)STRING_FREQ_MAX_HZ);
		f32x8 damping = f32x8_clamp(input_load(&io->in[PLUCK_DAMPING], i, n), 0.0f, 1.0f);
		f32x8 gain = 1.0f - PLUCK_LOSS_LEAST - PLUCK_LOSS_SPAN * damping;

		for (size_t j = 0; j < lanes_in_use(n); j++) {
			if (string_is_off(&p->tuning, hz[j])) {
				p->tuning = string_tune(&p->mean, io->env->sample_rate_hz, hz[j], 1);
				p->burst = p->tuning.whole + 1;
			}
			io->out[0][i + j] = pluck_tick(p, noise[j], gain[j]);
		}
	}
}

const struct node_def node_pluck = {
	.name = "pluck",
	.doc = "plucked string: at the start, and whenever the frequency moves by more than 1 Hz",
	.reference = "K. Karplus, A. Strong, Digital synthesis of plucked-string and drum timbres, CMJ 7(2), 1983",
	.example = "out $ pluck \"220 330 440 330\" 0.5 # gain 0.5",
	.params = {
		SOURCE_PARAM_FREQ(STRING_FREQ_MIN_HZ, STRING_FREQ_MAX_HZ),
		{ .name = "damping", .unit = "", .def = 0.5, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "loss of each period: 0.05 to 0.15 percent" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = pluck_state_bytes,
	.reset = pluck_reset,
	.process = pluck_process,
};
