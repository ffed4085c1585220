/* Absolute pitch: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_freq = {
	.name = "freq",
	.doc = "frequency of events that play an instrument",
	.reference = "Strudel, https://strudel.cc/learn/effects/",
	.example = "out $ saw 110 # note \"c3 e3\" # freq 220",
	.params = {
		{ .name = "freq", .unit = "Hz", .min = 0, .max = 1000000, .doc = "pitch, which note and n transpose" },
	},
	.n_params = 1,
	.controls = { CONTROL_FREQ },
	.is_modifier = true,
};
