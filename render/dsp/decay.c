/* Decay: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_decay = {
	.name = "decay",
	.doc = "fall of each event from its peak to the sustain level",
	.reference = "Strudel, https://strudel.cc/learn/effects/",
	.example = "out $ s \"bass*2\" # decay 0.1 # sustain 0.2",
	.params = {
		{ .name = "decay", .unit = "s", .min = 0, .max = 3600, .doc = "time from 1 to the sustain level" },
	},
	.n_params = 1,
	.controls = { CONTROL_DECAY },
	.is_modifier = true,
};
