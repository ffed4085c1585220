/* Drawbar organ: octaves of the fundamental, with weaker fifths above them. Sines of one phase, by the identities
 * for twice and three times an angle. */
#include "render/dsp/osc.h"
#include "render/dsp/source.h"

enum { ORGAN_PARTIALS = 8 };

/* Harmonics 1 2 4 8 16 and 3 6 12, their levels 1 / (k + j^3), j being the odd part of k, made to sum to 1. */
static const float organ_number[ORGAN_PARTIALS] = { 1, 2, 4, 8, 16, 3, 6, 12 };
static const float organ_level[ORGAN_PARTIALS] = { 0.38684f, 0.25789f, 0.15473f, 0.08596f,
						   0.04551f, 0.02579f, 0.02344f, 0.01984f };

/* Takes sine and cosine of an angle to those of twice the angle. */
SIMD_INLINE void organ_double(f32x8 *s, f32x8 *c)
{
	*s = 2.0f * *s * *c;
	*c = 2.0f * *c * *c - 1.0f;
}

SIMD_INLINE f32x8 organ_wave(f32x8 q, f32x8 dt)
{
	f32x8 s = f32x8_sin2pi(q), c = f32x8_cos2pi(q);
	f32x8 third_s = s * (3.0f - 4.0f * s * s), third_c = c * (4.0f * c * c - 3.0f);
	f32x8 sum = f32x8_splat(0.0f);

	for (unsigned i = 0; i < ORGAN_PARTIALS; i++) {
		if (i == 5) {
			s = third_s;
			c = third_c;
		}
		sum += s * source_band_gain(organ_number[i] * dt) * organ_level[i];
		organ_double(&s, &c);
	}
	return sum;
}

SIMD_CLONES(static, organ_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[OSC_FREQ];
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, osc_rate(io, 1.0), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&w, &freq, i);

		output_store(io->out[0], i, n, organ_wave(q, w.dt));
	}
	*acc = phase_walk_end(&w);
}

const struct node_def node_organ = {
	.name = "organ",
	.aliases = { "organ_hz" },
	.doc = "drawbar organ: octaves and weaker fifths, band-limited",
	.reference = "additive synthesis: J. O. Smith, https://ccrma.stanford.edu/~jos/sasp/Additive_Synthesis.html",
	.example = "out $ organ 220 # gain 0.3",
	.params = { OSC_PARAM_FREQ },
	.n_params = 1,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = organ_process,
	.advance = osc_advance_freq,
};
