/* Low-pass plus high-pass output of a state variable filter. */
#include "render/dsp/svf.h"

const struct node_def node_svf_notch = {
	.name = "svf_notch",
	.doc = "takes out the centre",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ saw 110 # svf_notch 880 1 # gain 0.3",
	.params = SVF_PARAMS("freq", "centre frequency", 0, "res", 0.1, 20, "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = svf_notch_process,
	.tail_s = svf_tail_s,
};
