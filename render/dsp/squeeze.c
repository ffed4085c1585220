/* Fit: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_squeeze = {
	.name = "squeeze",
	.doc = "plays the slice of a sample in so many event lengths",
	.reference = "Strudel, https://strudel.cc/learn/samples/",
	.example = "out $ s \"cr*3\" # squeeze \"1 0.5\"",
	.params = {
		{ .name = "squeeze", .unit = "events", .min = 0, .max = 10000, .doc = "how long the slice lasts; 0: as long as it is" },
	},
	.n_params = 1,
	.controls = { CONTROL_SQUEEZE },
	.is_modifier = true,
};
