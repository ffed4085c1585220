/* Sine oscillator. */
#include "render/dsp/osc.h"

extern const struct node_def node_sine_steady, node_sine_bank; /* sine_steady.c */

SIMD_CLONES(static, sine_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	osc_process(OSC_SINE, state, io, n);
}

const struct node_def node_sine = {
	.name = "sine",
	.aliases = { "wavetable" },
	.doc = "sine wave, amplitude 1, phase from 0",
	.reference = "a polynomial for the sine, render/dsp/simd.h",
	.example = "out $ sine 440 # gain 0.3",
	.params = { OSC_PARAM_FREQ, OSC_PARAM_OFFSET },
	.n_params = 2,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = sine_process,
	.advance = osc_advance,
	.steady = &node_sine_steady,
	.bank = &node_sine_bank,
};
