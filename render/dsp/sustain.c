/* Sustain level: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_sustain = {
	.name = "sustain",
	.doc = "level of each event after attack and decay",
	.reference = "Strudel, https://strudel.cc/learn/effects/",
	.example = "out $ s \"bass*2\" # decay 0.1 # sustain 0.2",
	.params = {
		{ .name = "sustain", .unit = "", .min = 0, .max = 1, .doc = "share of the peak" },
	},
	.n_params = 1,
	.controls = { CONTROL_SUSTAIN },
	.is_modifier = true,
};
