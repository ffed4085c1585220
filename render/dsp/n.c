/* Variation of a sample: a modifier of events, or a control pattern. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_n = {
	.name = "n",
	.doc = "which variation of a sample plays",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"bd*4\" # n \"0 1 2 3\"",
	.params = {
		{ .name = "n", .unit = "", .min = -10000, .max = 10000,
		  .doc = "index of the variation, or semitones on an instrument" },
	},
	.n_params = 1,
	.controls = { CONTROL_N },
	.is_modifier = true,
};
