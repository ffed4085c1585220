/* Bass drums. The circuits of the TR-808 and TR-909 are both a sine whose frequency is thrown up by the trigger and
 * falls back: in the first a bridged-T network rings at about 50 Hz, rises by more than an octave for some milliseconds
 * while its feedback is shorted, and sags a little as it dies (K. Werner, J. Abel, J. Smith, "A physically-informed,
 * circuit-bendable, digital model of the Roland TR-808 bass drum circuit", DAFx-14); in the second an oscillator is
 * swept by an envelope, shaped to a sine, and joined by a click of filtered noise (G. Reid, "Synth Secrets: Practical
 * Bass Drum Synthesis", Sound On Sound, 2002). One model with two sweeps covers both. */
#include "render/io/kit_patch.h"

/* Full until hold_s has passed, then the decay. */
static double body_level(struct kit_decay *decay, size_t frame, double hold_frames)
{
	return (double)frame < hold_frames ? decay->level : kit_decay_tick(decay);
}

void kit_make_kick(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_kick *k = &patch->kick;
	const double t60_of_e = 6.907755278982137; /* t60 of a decay whose time constant is 1 s */
	struct kit_decay snap = kit_decay(k->snap, k->snap_s * t60_of_e, t->rate_hz);
	struct kit_decay sigh = kit_decay(k->sigh, k->sigh_s * t60_of_e, t->rate_hz);
	struct kit_decay body = kit_decay(1.0, k->t60_s, t->rate_hz);
	struct kit_decay beater = kit_decay(k->click, k->click_s, t->rate_hz);
	struct kit_svf muffle = kit_svf(k->click_hz, 0.7, t->rate_hz);
	struct kit_noise noise = kit_noise(t, 0);
	struct kit_phase phase = { 0 };

	for (size_t i = 0; i < t->n_frames; i++) {
		double hz = k->hz * (1.0 + kit_decay_tick(&snap) + kit_decay_tick(&sigh));
		double x = kit_sine_tick(&phase, hz, t->rate_hz) * body_level(&body, i, k->hold_s * t->rate_hz);
		double click = kit_svf_low(&muffle, kit_noise_tick(&noise)) * kit_decay_tick(&beater);

		t->out[i] = kit_saturate(x, k->drive) + click;
	}
}
