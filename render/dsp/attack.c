/* Attack: of each voice on events (percussive), once per cycle on signals. */
#include "render/dsp/envelope.h"
#include "render/pattern/control.h"

SIMD_CLONES(static, attack_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	f32x8 shortest = f32x8_splat(ENVELOPE_SEGMENT_MIN_S), full = f32x8_splat(1.0f);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 level = envelope_level(io, i, input_load(&io->in[1], i, n), shortest, full, shortest);

		output_store(io->out[0], i, n, input_load(&io->in[0], i, n) * level);
	}
}

const struct node_def node_attack = {
	.name = "attack",
	.doc = "rise of each event, or of each cycle of a signal",
	.reference = "linear segments",
	.example = "out $ saw 110 # attack 0.5 # gain 0.3",
	.params = {
		PARAM_IN,
		PARAM_SEGMENT("attack", 0, 0, "rise from 0 to 1"),
	},
	.n_params = 2,
	.time_class = TIME_PURE,
	.process = attack_process,
	.controls = { CONTROL_NONE, CONTROL_ATTACK },
	.is_modifier = true,
};
