/* Triggered synth: a note of an oscillator per event. */
#include "render/dsp/triggered.h"

static const char *const waves[] = { "sine", "saw", "square", "tri", "triangle", NULL };

const struct node_def node_synth = {
	.name = "synth",
	.doc = "plays each event of a pattern as a note of an oscillator",
	.reference = TRIG_REFERENCE,
	.example = "out $ synth \"c4 e4 g4'min7\" \"saw\" 0.01 0.2 0.3 0.1 # gain 0.3",
	.params = {
		TRIG_NOTES,
		{ .name = "wave", .unit = "", .def = 1, .min = 0, .max = 4, .flags = PARAM_OPTIONAL | PARAM_CONST,
		  .words = waves, .doc = "the oscillator" },
		TRIG_ENVELOPE,
	},
	.n_params = 6,
	.controls = { CONTROL_FREQ, CONTROL_NONE, TRIG_ENVELOPE_CONTROLS },
};
