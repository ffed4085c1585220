/* Detuned saws in unison. Voice i of n has a phase of its own, begins 0.13 i cycles in and is detuned by -1..1 times a
 * tenth of `detune`. */
#include "render/dsp/osc.h"

enum { SUPERSAW_FREQ = OSC_FREQ, SUPERSAW_DETUNE, SUPERSAW_VOICES, SUPERSAW_NAIVE, SUPERSAW_VOICES_MAX = 7 };

#define SUPERSAW_START 0.13 /* cycles between the phases of neighbours at frame 0 */
#define SUPERSAW_LEVEL 0.7f /* of all voices together */

SIMD_INLINE unsigned supersaw_voices(const struct node_io *io)
{
	return (unsigned)clamp_f64((double)io->in[SUPERSAW_VOICES].value, 2, SUPERSAW_VOICES_MAX);
}

SIMD_INLINE double supersaw_ratio(const struct node_io *io, unsigned voice)
{
	double place = 2.0 * voice / (supersaw_voices(io) - 1) - 1.0;

	return 1.0 + place * 0.1 * clamp_f64((double)io->in[SUPERSAW_DETUNE].value, 0, 1);
}

/* Adds a voice to the output; the first replaces what is there. */
SIMD_INLINE void supersaw_voice(const struct node_io *io, const struct node_input *freq, uint64_t *acc, unsigned voice,
				float level, bool is_naive, size_t n)
{
	uint64_t start = (uint64_t)(voice * SUPERSAW_START * 0x1p52) << 12;
	struct phase_walk w = phase_walk_begin(freq, *acc + start, osc_rate(io, supersaw_ratio(io, voice)), n);
	sample *out = io->out[0];

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&w, freq, i);
		f32x8 wave = osc_wave(OSC_SAW, q, w.dt, is_naive) * level;

		if (voice > 0)
			wave += n == 1 ? f32x8_splat(out[0]) : f32x8_load(out + i);
		output_store(out, i, n, wave);
	}
	*acc = phase_walk_end(&w) - start;
}

SIMD_CLONES(static, supersaw_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[SUPERSAW_FREQ];
	bool is_naive = io->in[SUPERSAW_NAIVE].value > 0.5f;
	unsigned voices = supersaw_voices(io);
	uint64_t *acc = state;

	for (unsigned v = 0; v < voices; v++)
		supersaw_voice(io, &freq, &acc[v], v, SUPERSAW_LEVEL / (float)voices, is_naive, n);
}

static void supersaw_advance(void *state, const struct node_io *io, size_t n)
{
	uint64_t *acc = state;

	for (unsigned v = 0; v < supersaw_voices(io); v++)
		phase_advance(&acc[v], &io->in[SUPERSAW_FREQ], osc_rate(io, supersaw_ratio(io, v)), n);
}

const struct node_def node_supersaw = {
	.name = "supersaw",
	.doc = "up to seven detuned saws in unison, band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ supersaw 110 0.3 7 # gain 0.4",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "detune", .unit = "", .def = 0.3, .min = 0, .max = 1,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "at 1 the outer voices are a tenth off" },
		{ .name = "voices", .unit = "", .def = 7, .min = 2, .max = SUPERSAW_VOICES_MAX,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "how many" },
		OSC_PARAM_NAIVE,
	},
	.n_params = 4,
	.time_class = TIME_SCAN,
	.n_acc = SUPERSAW_VOICES_MAX,
	.process = supersaw_process,
	.advance = supersaw_advance,
};
