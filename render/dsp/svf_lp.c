/* Low-pass output of a state variable filter. */
#include "render/dsp/svf.h"

const struct node_def node_svf_lp = {
	.name = "svf_lp",
	.doc = "low-pass, 12 dB per octave",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016); V. Zavalishin, The Art of VA Filter "
		     "Design, 2.1.2 (2020), section 4",
	.example = "out $ saw 55 # svf_lp 500 3 # gain 0.3",
	.params = SVF_PARAMS("freq", "cutoff frequency", 0, "res", 0.1, 20, "resonance; 0.707 is flat"),
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = svf_state_bytes,
	.process = svf_low_process,
	.tail_s = svf_tail_s,
	.bank = &node_svf_low_bank,
	.fed_bank = &node_svf_low_saw_bank,
	.fed_by = &node_saw,
};
