/* Kick drum: a sine whose pitch and level fall, and a click of low-passed noise. Envelopes fire at frame 0, so in an
 * instrument at every note. */
#include "render/dsp/hiss.h"
#include "render/dsp/phase.h"

enum { SUPERKICK_FREQ, SUPERKICK_PENV, SUPERKICK_SUSTAIN, SUPERKICK_NOISE };

#define SUPERKICK_FREQ_MAX_HZ 20000.0
#define SUPERKICK_PITCH_S 0.05f  /* fall of the pitch */
#define SUPERKICK_LEVEL_S 0.7f   /* fall of the level at a sustain of 1 */
#define SUPERKICK_LEVEL_END 0.3f /* where the level stays */
#define SUPERKICK_CLICK_S 0.01f
#define SUPERKICK_CLICK_GONE_S 0.5 /* until the filter has rung down to zero */
#define SUPERKICK_CLICK_HZ 800.0f
#define SUPERKICK_CLICK_Q 0.5f

/* Zero at frame 0. */
struct superkick {
	uint64_t phase;
	struct svf click;
};

static size_t superkick_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct superkick);
}

SIMD_CLONES(static, superkick_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[SUPERKICK_FREQ], penv = io->in[SUPERKICK_PENV];
	float sustain = (float)clamp_f64((double)io->in[SUPERKICK_SUSTAIN].value, 0.01, 10);
	struct svf_wish to = hiss_wish(frames16_splat(SUPERKICK_CLICK_HZ), SUPERKICK_CLICK_Q);
	struct superkick *s = state;
	struct phase_walk w =
		phase_walk_modulated(s->phase, phase_rate_of(io->env, 1.0, 0.0, SUPERKICK_FREQ_MAX_HZ), n);
	struct hiss hiss;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 t = source_time_s(io, i);
		f32x8 bend = 2.0f * f32x8_clamp(input_load(&penv, i, n), 0.0f, 10.0f);
		f32x8 hz = input_load(&freq, i, n) * (1.0f + bend * source_one_shot(t, SUPERKICK_PITCH_S, 0.0f));
		f32x8 body = f32x8_sin2pi(f32x8_from_phase(phase_next_modulated(&w, hz)));
		bool has_click = !source_is_over(io, i, SUPERKICK_CLICK_GONE_S);

		if (has_click && i % FRAMES16 == 0)
			hiss_fill(&hiss, &s->click, MATCHED_LOW, &to, io, i, n, SUPERKICK_CLICK_S);
		f32x8 click = has_click ? hiss_load(&hiss, i, n) : f32x8_splat(0.0f);
		f32x8 level = f32x8_clamp(input_load(&io->in[SUPERKICK_NOISE], i, n), 0.0f, 10.0f);

		body *= source_one_shot(t, SUPERKICK_LEVEL_S * sustain, SUPERKICK_LEVEL_END);
		output_store(io->out[0], i, n, body + level * click);
	}
	s->phase = phase_walk_end(&w);
}

const struct node_def node_superkick = {
	.name = "superkick",
	.doc = "kick drum that is struck once, at the start, or by every note of an instrument",
	.reference = "a swept sine and filtered noise: G. Reid, Synth Secrets 32, Sound on Sound, 2002",
	.example = "~kick $ superkick 50 0.5 0.3 0.1\nout $ s \"~kick*4\"",
	.params = {
		SOURCE_PARAM_FREQ(0, SUPERKICK_FREQ_MAX_HZ),
		{ .name = "penv", .unit = "", .def = 0.5, .min = 0, .max = 10, .flags = PARAM_OPTIONAL,
		  .doc = "half of what the pitch is raised by at first" },
		{ .name = "sustain", .unit = "s", .def = 0.3, .min = 0.01, .max = 10,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "length; the level falls for 0.7 of it" },
		{ .name = "noise", .unit = "", .def = 0.1, .min = 0, .max = 10, .flags = PARAM_OPTIONAL,
		  .doc = "level of the click" },
	},
	.n_params = 4,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = superkick_state_bytes,
	.process = superkick_process,
};
