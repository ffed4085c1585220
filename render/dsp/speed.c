/* Playback rate: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_speed = {
	.name = "speed",
	.doc = "playback rate of samples",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"cr\" # speed \"<1 -1>\"",
	.params = {
		{ .name = "speed", .unit = "", .min = -10, .max = 10, .doc = "playback rate; negative plays backwards" },
	},
	.n_params = 1,
	.controls = { CONTROL_SPEED },
	.is_modifier = true,
};
