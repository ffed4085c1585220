/* Unit of speed: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_unit = {
	.name = "unit",
	.doc = "what a speed of 1 means for samples",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"cr\" # unit \"c\" # speed 2",
	.params = {
		{ .name = "unit", .unit = "", .min = 0, .max = 1, .doc = "r or 0: the rate of the file; c or 1: the whole file takes one cycle" },
	},
	.n_params = 1,
	.controls = { CONTROL_UNIT },
	.is_modifier = true,
};
