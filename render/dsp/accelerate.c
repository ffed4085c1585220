/* Glide: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_accelerate = {
	.name = "accelerate",
	.doc = "how much the playback rate changes over the event",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"bass*2\" # accelerate \"<1 -0.5>\"",
	.params = {
		{ .name = "accelerate", .unit = "", .min = -10, .max = 10, .doc = "added to speed by the end of the event" },
	},
	.n_params = 1,
	.controls = { CONTROL_ACCELERATE },
	.is_modifier = true,
};
