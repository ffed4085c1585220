/* From MIDI note numbers to frequencies: equal temperament, note 69 is 440 Hz. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, mtof_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 octaves = (f32x8_clamp(input_load(&io->in[0], i, n), -200.0f, 200.0f) - 69.0f) * (1.0f / 12.0f);

		output_store(io->out[0], i, n, 440.0f * f32x8_exp2(octaves));
	}
}

const struct node_def node_mtof = {
	.name = "mtof",
	.doc = "the frequency in Hz of a MIDI note number, fractions too",
	.reference = "MIDI tuning: note 69 is 440 Hz, 12 notes an octave",
	.example = "out $ saw (mtof \"45 48 52 57\") # lpf 1500 # gain 0.3",
	.params = {
		{ .name = "note", .unit = "semitones", .def = 69, .min = -200, .max = 200, .flags = PARAM_INPUT | PARAM_OPTIONAL,
		  .doc = "note number; 60 is middle c" },
	},
	.n_params = 1,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = mtof_process,
};
