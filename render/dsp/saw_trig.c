/* Triggered saw: a note of saw per event. */
#include "render/dsp/triggered.h"

const struct node_def node_saw_trig = {
	.name = "saw_trig",
	.doc = "plays each event of a pattern as a note of saw, as saw does with note names",
	.reference = TRIG_REFERENCE,
	.example = "out $ saw_trig \"220 330 440\" 0.01 0.2 0.3 0.1 # gain 0.3",
	.params = { TRIG_NOTES, TRIG_ENVELOPE },
	.n_params = 5,
	.controls = { CONTROL_FREQ, TRIG_ENVELOPE_CONTROLS },
};
