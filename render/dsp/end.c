/* End of a slice: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_end = {
	.name = "end",
	.doc = "end of the slice of a sample that plays",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"cr*4\" # end 0.2",
	.params = {
		{ .name = "end", .unit = "", .min = 0, .max = 1, .doc = "where in the file, 0 its start, 1 its end" },
	},
	.n_params = 1,
	.controls = { CONTROL_END },
	.is_modifier = true,
};
