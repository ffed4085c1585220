/* Length in seconds: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_dur = {
	.name = "dur",
	.doc = "how long events sound, in seconds",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"cr*2\" # dur 0.1",
	.params = {
		{ .name = "dur", .unit = "s", .min = 0, .max = 10000, .doc = "length of the gate" },
	},
	.n_params = 1,
	.controls = { CONTROL_DUR },
	.is_modifier = true,
};
