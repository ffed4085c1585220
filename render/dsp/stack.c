/* Sum of a list: of signals, or of patterns of events. The builder makes it, not a kernel. */
#include "render/dsp/node.h"

const struct node_def node_stack = {
	.name = "stack",
	.doc = "everything of a list at once: [a, b, ...]",
	.reference = "elementary",
	.example = "out $ stack [s \"bd*4\", s \"~ cp\", s \"hh*8\" # gain 0.5] # gain 0.8",
	.params = {
		{ .name = "parts", .unit = "", .doc = "list of signals or of event sources" },
	},
	.n_params = 1,
	.is_variadic = true,
};
