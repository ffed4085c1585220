/* Metal: hats, cymbals and the cowbell.
 *
 * The TR-808 has one bank of six square oscillators that no two share a harmonic; hats and cymbal send its sum through
 * band-passes near 3.4 and 7.1 kHz, gate each band with an envelope of its own, and high-pass the result, so that
 * only the dense upper harmonics are heard. The frequencies are those measured by K. Werner, J. Abel, J. Smith, "The
 * TR-808 cymbal: a physically-informed, circuit-bendable, digital model", ICMC/SMC 2014; G. Reid, "Synth Secrets:
 * Synthesizing Realistic Cymbals", Sound On Sound, 2002, adds ring modulation and noise for what real cymbals have
 * and squares lack. The cowbell is the two highest oscillators of the same bank through one band-pass, gated by a
 * short strike and a longer ring. */
#include "render/io/kit_patch.h"

enum { N_SQUARES = 6 };

static const double square_hz[N_SQUARES] = { 205.3, 304.4, 369.6, 522.7, 540.0, 800.0 };

struct bank {
	struct kit_phase phase[N_SQUARES];
};

/* They run freely in the machine; here they start spread over the cycle, so that they do not all jump at frame 0. */
static struct bank bank_init(uint64_t seed)
{
	struct bank b;

	for (unsigned i = 0; i < N_SQUARES; i++)
		b.phase[i].at = (double)(hash64_pair(seed, 100 + i) >> 12) * 0x1p-52 - 0.5;
	return b;
}

/* About as loud as noise between -1 and 1, for any ring. */
static double bank_tick(struct bank *b, const struct kit_metal *m, double rate_hz)
{
	double x[N_SQUARES], sum = 0, products = 0;

	for (unsigned i = 0; i < N_SQUARES; i++) {
		x[i] = kit_square_tick(&b->phase[i], square_hz[i] * m->tune, rate_hz);
		sum += x[i];
	}
	for (unsigned i = 0; i < N_SQUARES / 2; i++)
		products += x[i] * x[N_SQUARES - 1 - i];
	return 0.25 * ((1.0 - m->ring) * sum + 1.4 * m->ring * products);
}

void kit_make_metal(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_metal *m = &patch->metal;
	struct bank bank = bank_init(t->seed);
	struct kit_noise noise = kit_noise(t, 0);
	struct kit_svf low = kit_svf(m->low_hz, 1.6, t->rate_hz), high = kit_svf(m->high_hz, 1.2, t->rate_hz);
	struct kit_svf bottom = kit_svf(m->bottom_hz, 0.541, t->rate_hz),
		       below = kit_svf(m->bottom_hz, 1.307, t->rate_hz);
	struct kit_decay low_level = kit_decay(m->low_level, m->low_t60_s, t->rate_hz);
	struct kit_decay high_level = kit_decay(m->high_level, m->high_t60_s, t->rate_hz);
	struct kit_decay strike = kit_decay(m->strike, m->strike_t60_s, t->rate_hz);

	for (size_t i = 0; i < t->n_frames; i++) {
		double x = bank_tick(&bank, m, t->rate_hz) + m->noise * kit_noise_tick(&noise);
		double hit = kit_decay_tick(&strike);
		double y = kit_svf_band(&low, x) * (kit_decay_tick(&low_level) + hit * m->low_level) +
			   kit_svf_band(&high, x) * (kit_decay_tick(&high_level) + hit * m->high_level);

		t->out[i] = kit_svf_high(&below, kit_svf_high(&bottom, y));
	}
}

void kit_make_bell(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_bell *b = &patch->bell;
	struct kit_svf band = kit_svf(b->band_hz, b->q, t->rate_hz);
	struct kit_svf thin = kit_svf(b->low_hz, 0.7, t->rate_hz);
	struct kit_decay strike = kit_decay(b->strike, b->strike_t60_s, t->rate_hz);
	struct kit_decay ring = kit_decay(1.0, b->t60_s, t->rate_hz);
	struct kit_phase low = { 0 }, high = { 0 };

	for (size_t i = 0; i < t->n_frames; i++) {
		double x =
			kit_square_tick(&low, b->low_hz, t->rate_hz) + kit_square_tick(&high, b->high_hz, t->rate_hz);

		x = kit_svf_band(&band, x) + 0.25 * kit_svf_high(&thin, x);
		t->out[i] = x * (kit_decay_tick(&strike) + kit_decay_tick(&ring));
	}
}
