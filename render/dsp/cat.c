/* Sequence of a list within a cycle. The builder makes it, not a kernel. */
#include "render/dsp/node.h"

const struct node_def node_cat = {
	.name = "cat",
	.aliases = { "fastcat" },
	.doc = "the patterns of a list one after the other within a cycle: [a, b, ...]",
	.reference = "TidalCycles",
	.example = "out $ cat [s \"bd*2\", s \"~ cp\" # gain 0.8]",
	.params = {
		{ .name = "parts", .unit = "", .doc = "list of patterns or of event sources" },
	},
	.n_params = 1,
	.is_variadic = true,
};
