/* Cut group: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_cut = {
	.name = "cut",
	.aliases = { "cut_group" },
	.doc = "an event of a group fades out the one before it",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"oh*2 hh*4\" # cut 1",
	.params = {
		{ .name = "cut", .unit = "", .min = 0, .max = 10000, .doc = "group; 0 is none" },
	},
	.n_params = 1,
	.controls = { CONTROL_CUT },
	.is_modifier = true,
};
