/* What the triggered synths have in common: synth, sine_trig, saw_trig, square_trig, tri_trig. The builder makes them
 * (render/graph/build_synth.c), not a kernel. */
#ifndef RENDER_DSP_TRIGGERED_H
#define RENDER_DSP_TRIGGERED_H

#include "render/dsp/node.h"
#include "render/pattern/control.h"

#define TRIG_REFERENCE "Phonon, https://github.com/ekg/phonon"

#define TRIG_NOTES                                                                                                     \
	{                                                                                                              \
		.name = "notes", .unit = "Hz", .min = 0, .max = 1e6, .doc = "notes, chords or frequencies in Hz"       \
	}

/* Attack, decay, sustain, release of each note. */
#define TRIG_ENVELOPE                                                                                                  \
	{ .name = "attack",                                                                                            \
	  .unit = "s",                                                                                                 \
	  .def = 0.001,                                                                                                \
	  .min = 0,                                                                                                    \
	  .max = 3600,                                                                                                 \
	  .flags = PARAM_OPTIONAL,                                                                                     \
	  .doc = "rise from 0 to 1" },                                                                                 \
		{ .name = "decay",                                                                                     \
		  .unit = "s",                                                                                         \
		  .def = 0.1,                                                                                          \
		  .min = 0,                                                                                            \
		  .max = 3600,                                                                                         \
		  .flags = PARAM_OPTIONAL,                                                                             \
		  .doc = "fall from 1 to the sustain level" },                                                         \
		{ .name = "sustain",                                                                                   \
		  .unit = "",                                                                                          \
		  .def = 0,                                                                                            \
		  .min = 0,                                                                                            \
		  .max = 1,                                                                                            \
		  .flags = PARAM_OPTIONAL,                                                                             \
		  .doc = "level that is held to the end of the event" },                                               \
	{                                                                                                              \
		.name = "release", .unit = "s", .def = 0.1, .min = 0, .max = 3600, .flags = PARAM_OPTIONAL,            \
		.doc = "fall to 0 after the event"                                                                     \
	}

#define TRIG_ENVELOPE_CONTROLS CONTROL_ATTACK, CONTROL_DECAY, CONTROL_SUSTAIN, CONTROL_RELEASE

#endif
