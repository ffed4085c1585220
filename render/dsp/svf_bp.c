/* Band-pass output of a state variable filter. */
#include "render/dsp/svf.h"

const struct node_def node_svf_bp = {
	.name = "svf_bp",
	.doc = "band-pass, gain res at the centre",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ noise # svf_bp 700 8 # gain 0.1",
	.params = SVF_PARAMS("freq", "centre frequency", 0, "res", 0.1, 20, "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = svf_band_process,
	.tail_s = svf_tail_s,
};
