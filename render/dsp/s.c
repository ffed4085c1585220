/* Event source: a pattern of sample and instrument names. The builder makes it, not a kernel. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_s = {
	.name = "s",
	.doc = "plays samples by name, or buses as instruments",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/samplers",
	.example = "out $ s \"bd(3,8) ~ sn\"",
	.params = {
		{ .name = "sound", .unit = "", .doc = "pattern of names; \"bd:2\" is the third variation, \"~x\" a bus" },
	},
	.n_params = 1,
	.controls = { CONTROL_S },
};
