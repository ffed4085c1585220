/* Loop: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_loop = {
	.name = "loop",
	.doc = "repeats the slice of a sample as long as the event lasts",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"bass\" # begin 0.1 # end 0.2 # loop 1",
	.params = {
		{ .name = "loop", .unit = "", .min = 0, .max = 1, .doc = "above 0.5: the slice repeats" },
	},
	.n_params = 1,
	.controls = { CONTROL_LOOP },
	.is_modifier = true,
};
