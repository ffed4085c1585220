/* Pitch: a modifier of events, or a control pattern of frequencies in Hz. No signal function. */
#include "render/dsp/node.h"
#include "render/pattern/control.h"

const struct node_def node_note = {
	.name = "note",
	.doc = "pitch of events; alone, a pattern of frequencies",
	.reference = "Tidal, https://tidalcycles.org/docs/reference/synthesizers",
	.example = "out $ s \"bass*4\" # note \"0 3 7 12\"",
	.params = {
		{ .name = "note", .unit = "semitones", .min = -120, .max = 120, .doc = "semitones from C4, a note name or a chord" },
	},
	.n_params = 1,
	.controls = { CONTROL_NOTE },
	.is_modifier = true,
};
