/* Attack, decay, sustain, release: of each voice on events, once per cycle on signals. */
#include "render/dsp/envelope.h"
#include "render/pattern/control.h"

enum { ADSR_IN, ADSR_ATTACK, ADSR_DECAY, ADSR_SUSTAIN, ADSR_RELEASE };

SIMD_CLONES(static, adsr_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 level = envelope_level(
			io, i, input_load(&io->in[ADSR_ATTACK], i, n), input_load(&io->in[ADSR_DECAY], i, n),
			input_load(&io->in[ADSR_SUSTAIN], i, n), input_load(&io->in[ADSR_RELEASE], i, n));

		output_store(io->out[0], i, n, input_load(&io->in[ADSR_IN], i, n) * level);
	}
}

const struct node_def node_adsr = {
	.name = "adsr",
	.doc = "envelope of each event, or of each cycle of a signal; alone it is the envelope itself",
	.reference = "linear segments",
	.example = "out $ saw 110 # adsr 0.01 0.2 0.3 0.5 # gain 0.3",
	.params = {
		PARAM_SHAPED,
		PARAM_SEGMENT("attack", 0, 0, "rise from 0 to 1"),
		PARAM_SEGMENT("decay", 0, 0, "fall from 1 to the sustain level"),
		PARAM_SUSTAIN(0.7, PARAM_OPTIONAL),
		PARAM_SEGMENT("release", 0.2, PARAM_OPTIONAL, "fall to 0, ending with the cycle"),
	},
	.n_params = 5,
	.time_class = TIME_PURE,
	.process = adsr_process,
	.controls = { CONTROL_NONE, CONTROL_ATTACK, CONTROL_DECAY, CONTROL_SUSTAIN, CONTROL_RELEASE },
	.is_modifier = true,
};
