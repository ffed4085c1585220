/* Tremolo: a level that a sine moves between 1 - depth and 1. */
#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

enum { TREMOLO_IN, TREMOLO_RATE, TREMOLO_DEPTH, TREMOLO_PARAMS };

struct tremolo {
	uint64_t phase;
	struct glide depth;
};

static size_t tremolo_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct tremolo);
}

SIMD_CLONES(static, tremolo_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct tremolo *t = state;
	size_t width = lanes_in_use(n);
	struct lfo lfo;

	for (size_t i = 0; i < n; i += width) {
		f32x8 depth = glide_load(&t->depth, io, &io->in[TREMOLO_DEPTH], 0.0f, 1.0f, i, width), sine;

		lfo_follow(&lfo, io, &io->in[TREMOLO_RATE], 0.1f, 20.0f, i, width);
		sine = f32x8_sin2pi(lfo_advance(&t->phase, &lfo));
		frames_store(io->out[0], i, width,
			     frames_load(&io->in[TREMOLO_IN], i, width) * (1.0f - depth * (0.5f - 0.5f * sine)));
	}
}

const struct node_def node_tremolo = {
	.name = "tremolo",
	.aliases = { "trem" },
	.doc = "swaying level",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 3",
	.example = "out $ saw \"110 165\" # lpf 1200 # tremolo 6 0.8 # gain 0.6",
	.params = {
		PARAM_IN,
		{ .name = "rate", .unit = "Hz", .min = 0.1, .max = 20, .doc = "of the sway" },
		{ .name = "depth", .unit = "", .min = 0, .max = 1, .doc = "the level sways between 1 - depth and 1" },
	},
	.n_params = TREMOLO_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = tremolo_state_bytes,
	.process = tremolo_process,
};
