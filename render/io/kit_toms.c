/* Toms, congas, rim shots, claves, blocks and shakers: a few decaying sines and some noise.
 *
 * Struck things ring in modes. The TR-808 gives toms and congas one bridged-T network that starts a little sharp
 * (with low-passed noise for the toms' room), its rim shot two at about 455 and 1667 Hz pushed into distortion and
 * high-passed, its claves one near 2.5 kHz. A circular membrane's modes lie at 1, 1.59, 2.14, 2.30 ... times the
 * lowest (N. Fletcher, T. Rossing, "The Physics of Musical Instruments", chapter 18); a block of wood has fewer, wider
 * apart. The sines start at phase zero, so a hit begins without a jump. */
#include "render/io/kit_patch.h"

struct modes {
	struct kit_phase phase[KIT_MODES_MAX];
	struct kit_decay level[KIT_MODES_MAX];
};

static struct modes modes_init(const struct kit_modal *m, double rate_hz)
{
	struct modes s = { 0 };

	for (unsigned j = 0; j < KIT_MODES_MAX && m->mode[j].level > 0; j++)
		s.level[j] = kit_decay(m->mode[j].level, m->mode[j].t60_s, rate_hz);
	return s;
}

static double modes_tick(struct modes *s, const struct kit_modal *m, double sharp, double rate_hz)
{
	double sum = 0;

	for (unsigned j = 0; j < KIT_MODES_MAX && m->mode[j].level > 0; j++)
		sum += kit_sine_tick(&s->phase[j], m->mode[j].hz * sharp, rate_hz) * kit_decay_tick(&s->level[j]);
	return sum;
}

void kit_make_modal(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_modal *m = &patch->modal;
	struct modes modes = modes_init(m, t->rate_hz);
	struct kit_decay bend = kit_decay(m->bend, m->bend > 0 ? m->bend_s : 1.0, t->rate_hz);
	struct kit_decay hiss = kit_decay(m->noise, m->noise > 0 ? m->noise_t60_s : 1.0, t->rate_hz);
	struct kit_svf band = kit_svf(m->noise > 0 ? m->noise_hz : 1000.0, m->noise > 0 ? m->noise_q : 1.0, t->rate_hz);
	struct kit_svf bottom = kit_svf(m->bottom_hz > 0 ? m->bottom_hz : 20.0, 0.7, t->rate_hz);
	struct kit_noise noise = kit_noise(t, 0);

	for (size_t i = 0; i < t->n_frames; i++) {
		double sharp = 1.0 + kit_decay_tick(&bend);
		double x = modes_tick(&modes, m, sharp, t->rate_hz);

		x += kit_svf_band(&band, kit_noise_tick(&noise)) * kit_decay_tick(&hiss);
		t->out[i] = kit_svf_high(&bottom, kit_saturate(x, m->drive));
	}
}
