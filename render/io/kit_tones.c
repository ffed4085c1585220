/* Pitched sounds: basses, blips, clicks and plain tones. All are tuned to a C, so that `note` on top of them plays
 * in tune with everything else. The bass is the usual subtractive voice: a saw (and a second, detuned) over a sub
 * oscillator through a resonant low-pass whose cutoff falls with the sound. */
#include "render/io/kit_patch.h"

#include <stdbool.h>

static double wave_tick(enum kit_wave wave, struct kit_phase *p, double hz, double rate_hz)
{
	switch (wave) {
	case KIT_PULSE:
		return kit_square_tick(p, hz, rate_hz);
	case KIT_SAW:
		return kit_saw_tick(p, hz, rate_hz);
	case KIT_SINE:
		break;
	}
	return kit_sine_tick(p, hz, rate_hz);
}

struct voice {
	struct kit_phase main, second, sub;
};

static double voice_tick(struct voice *v, const struct kit_tone *p, double sharp, double rate_hz)
{
	double hz = p->hz * sharp;
	double x = wave_tick(p->wave, &v->main, hz, rate_hz);

	if (p->second > 0)
		x += p->second * wave_tick(p->wave, &v->second, hz * 1.006, rate_hz);
	if (p->sub > 0)
		x += p->sub * kit_sine_tick(&v->sub, hz * 0.5, rate_hz);
	return x;
}

/* Moves the cutoff without touching the state. */
static void filter_retune(struct kit_svf *f, double hz, double q, double rate_hz)
{
	struct kit_svf next = kit_svf(hz, q, rate_hz);

	next.s1 = f->s1;
	next.s2 = f->s2;
	*f = next;
}

void kit_make_tone(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_tone *p = &patch->tone;
	bool is_filtered = p->close_hz > 0;
	struct kit_decay bend = kit_decay(p->bend, p->bend > 0 ? p->bend_s : 1.0, t->rate_hz);
	struct kit_decay open = kit_decay(p->open_hz, is_filtered ? p->sweep_t60_s : 1.0, t->rate_hz);
	struct kit_decay level = kit_decay(1.0, p->t60_s, t->rate_hz);
	struct kit_svf filter = { 0 };
	struct voice voice = { 0 };

	for (size_t i = 0; i < t->n_frames; i++) {
		double x = voice_tick(&voice, p, 1.0 + kit_decay_tick(&bend), t->rate_hz);

		if (is_filtered) {
			filter_retune(&filter, p->close_hz + kit_decay_tick(&open), p->q, t->rate_hz);
			x = kit_svf_low(&filter, x);
		}
		x *= (double)i < p->hold_s * t->rate_hz ? level.level : kit_decay_tick(&level);
		t->out[i] = kit_saturate(x, p->drive);
	}
}
