/* Ladder low-pass whose input saturates. */
#include "render/dsp/ladder.h"

/* A tenth above what starts the oscillation, so that it starts at a res of 0.91. */
#define FEEDBACK 4.4f

SIMD_CLONES(static, moog_hz_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	ladder_process(LADDER_DRIVEN, FEEDBACK, state, io, n);
}

const struct node_def node_moog_hz = {
	.name = "moog_hz",
	.doc = "ladder low-pass, 24 dB per octave, that saturates; from a res of 0.91 on it sings at its cutoff",
	.reference = "A. Huovilainen, Non-linear digital implementation of the Moog ladder filter, DAFx 2004",
	.example = "out $ saw 55 # moog_hz (sine 0.5 # range 200 2000) 0.8 # gain 0.5",
	.params = LADDER_PARAMS,
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = ladder_state_bytes,
	.process = moog_hz_process,
	.tail_s = ladder_tail_s,
};
