/* Sequence of a list over cycles. The builder makes it, not a kernel. */
#include "render/dsp/node.h"

const struct node_def node_slowcat = {
	.name = "slowcat",
	.doc = "the patterns of a list in turn, one a cycle: [a, b, ...]",
	.reference = "TidalCycles",
	.example = "out $ slowcat [s \"bd*4\", s \"bd*2 cp\"]",
	.params = {
		{ .name = "parts", .unit = "", .doc = "list of patterns or of event sources" },
	},
	.n_params = 1,
	.is_variadic = true,
};
