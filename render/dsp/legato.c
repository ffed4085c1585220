/* Length in event lengths: a modifier of events. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_legato = {
	.name = "legato",
	.aliases = { "clip", "staccato" },
	.doc = "how long events sound, in event lengths",
	.reference = "Strudel, https://strudel.cc/learn/samples/",
	.example = "out $ s \"bass*2\" # legato 0.5",
	.params = {
		{ .name = "legato", .unit = "events", .min = 0, .max = 10000, .doc = "length of the gate" },
	},
	.n_params = 1,
	.controls = { CONTROL_LEGATO },
	.is_modifier = true,
};
