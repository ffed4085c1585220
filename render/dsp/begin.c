/* Start of a slice: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_begin = {
	.name = "begin",
	.doc = "start of the slice of a sample that plays",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"cr*2\" # begin \"0 0.3\"",
	.params = {
		{ .name = "begin", .unit = "", .min = 0, .max = 1, .doc = "where in the file, 0 its start, 1 its end" },
	},
	.n_params = 1,
	.controls = { CONTROL_BEGIN },
	.is_modifier = true,
};
