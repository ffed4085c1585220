/* Ladder low-pass that is linear but for what comes back. */
#include "render/dsp/ladder.h"

SIMD_CLONES(static, moog_ladder_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	ladder_process(LADDER_CLEAN, 4.0f, state, io, n);
}

const struct node_def node_moog_ladder = {
	.name = "moog_ladder",
	.aliases = { "moog" },
	.doc = "ladder low-pass, 24 dB per octave, clean: resonance takes level from the bass and is limited softly",
	.reference = "V. Zavalishin, The Art of VA Filter Design, 2.1.2 (2020), sections 5.1 and 6.3",
	.example = "out $ saw 55 # moog \"400 1200\" 0.7 # gain 0.4",
	.params = LADDER_PARAMS,
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = ladder_state_bytes,
	.process = moog_ladder_process,
	.tail_s = ladder_tail_s,
};
