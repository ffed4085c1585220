/* Triggered sine: a note of sine per event. */
#include "render/dsp/triggered.h"

const struct node_def node_sine_trig = {
	.name = "sine_trig",
	.doc = "plays each event of a pattern as a note of sine, as sine does with note names",
	.reference = TRIG_REFERENCE,
	.example = "out $ sine_trig \"220 330 440\" 0.01 0.2 0.3 0.1 # gain 0.3",
	.params = { TRIG_NOTES, TRIG_ENVELOPE },
	.n_params = 5,
	.controls = { CONTROL_FREQ, TRIG_ENVELOPE_CONTROLS },
};
