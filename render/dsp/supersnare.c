/* Snare drum: two triangles a little apart and high-passed noise, each with an envelope that fires at frame 0. */
#include "render/dsp/hiss.h"
#include "render/dsp/osc.h"

enum { SUPERSNARE_FREQ = OSC_FREQ, SUPERSNARE_SNAPPY, SUPERSNARE_SUSTAIN };

#define SUPERSNARE_APART 1.05 /* ratio of the two triangles */
#define SUPERSNARE_BODY 0.3f  /* of the length: how long the triangles sound */
#define SUPERSNARE_NOISE_HZ 3000.0f
#define SUPERSNARE_NOISE_Q 0.5f

/* Zero at frame 0. */
struct supersnare {
	uint64_t phase[2];
	struct svf noise;
};

static size_t supersnare_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct supersnare);
}

SIMD_CLONES(static, supersnare_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[SUPERSNARE_FREQ], snappy = io->in[SUPERSNARE_SNAPPY];
	float sustain = (float)clamp_f64((double)io->in[SUPERSNARE_SUSTAIN].value, 0.001, 10);
	struct svf_wish to = hiss_wish(frames16_splat(SUPERSNARE_NOISE_HZ), SUPERSNARE_NOISE_Q);
	struct supersnare *s = state;
	struct phase_walk low = phase_walk_begin(&freq, s->phase[0], osc_rate(io, 1.0), n);
	struct phase_walk high = phase_walk_begin(&freq, s->phase[1], osc_rate(io, SUPERSNARE_APART), n);
	struct hiss hiss;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		if (source_is_over(io, i, 0.01 + (double)sustain)) {
			output_store(io->out[0], i, n, f32x8_splat(0.0f));
			continue;
		}
		if (i % FRAMES16 == 0)
			hiss_fill(&hiss, &s->noise, MATCHED_HIGH, &to, io, i, n, 0.0f);
		f32x8 t = source_time_s(io, i);
		f32x8 level = f32x8_clamp(input_load(&snappy, i, n), 0.0f, 10.0f);
		f32x8 a = phase_walk_next(&low, &freq, i), b = phase_walk_next(&high, &freq, i);
		f32x8 body = osc_wave(OSC_TRI, a, low.dt, false) + osc_wave(OSC_TRI, b, high.dt, false);

		body *= 0.5f * source_one_shot(t, SUPERSNARE_BODY * sustain, 0.0f);
		output_store(io->out[0], i, n,
			     body + level * source_one_shot(t, sustain, 0.0f) * hiss_load(&hiss, i, n));
	}
	s->phase[0] = phase_walk_end(&low);
	s->phase[1] = phase_walk_end(&high);
}

const struct node_def node_supersnare = {
	.name = "supersnare",
	.doc = "snare drum that is struck once, at the start, or by every note of an instrument",
	.reference = "two tones and filtered noise: G. Reid, Synth Secrets 34, Sound on Sound, 2002",
	.example = "~snare $ supersnare 180 0.8 0.15\nout $ s \"~ ~snare ~ ~snare\"",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "snappy", .unit = "", .def = 0.8, .min = 0, .max = 10, .flags = PARAM_OPTIONAL,
		  .doc = "level of the noise" },
		{ .name = "sustain", .unit = "s", .def = 0.08, .min = 0.001, .max = 10,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "length of the noise" },
	},
	.n_params = 3,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = supersnare_state_bytes,
	.process = supersnare_process,
};
