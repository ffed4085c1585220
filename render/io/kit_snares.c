/* Snare drums and hand claps: noise that is gated.
 *
 * A drum head under a struck snare shows two strong modes, (0,1) and the shell's, near 180 and 330 Hz, and the wires
 * below add noise that lives longer and higher than they do (G. Reid, "Synth Secrets: Practical Snare Drum Synthesis",
 * Sound On Sound, April 2002). The TR-808 makes the modes with two bridged-T networks and the TR-909 with two
 * oscillators that start sharp; both high-pass the noise.
 *
 * The clap of both is noise through a band-pass at about 1 kHz: a saw-shaped envelope opens it three or four times
 * within 40 ms, as hands that do not meet at once, and a longer one stands for the room. */
#include "render/io/kit_patch.h"

void kit_make_snare(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_snare *s = &patch->snare;
	struct kit_decay bend = kit_decay(s->bend, s->bend_s, t->rate_hz);
	struct kit_decay low = kit_decay(1.0, s->low_t60_s, t->rate_hz);
	struct kit_decay high = kit_decay(s->high_level, s->high_t60_s, t->rate_hz);
	struct kit_decay crack = kit_decay(s->wires * s->crack, s->crack_t60_s, t->rate_hz);
	struct kit_decay wires = kit_decay(s->wires * (1.0 - s->crack), s->wires_t60_s, t->rate_hz);
	struct kit_svf bottom = kit_svf(s->wires_low_hz, 0.7, t->rate_hz);
	struct kit_svf top = kit_svf(s->wires_high_hz, 0.7, t->rate_hz);
	struct kit_phase low_phase = { 0 }, high_phase = { 0 };
	struct kit_noise noise = kit_noise(t, 0);

	for (size_t i = 0; i < t->n_frames; i++) {
		double sharp = 1.0 + kit_decay_tick(&bend);
		double shell = kit_sine_tick(&low_phase, s->low_hz * sharp, t->rate_hz) * kit_decay_tick(&low) +
			       kit_sine_tick(&high_phase, s->high_hz * sharp, t->rate_hz) * kit_decay_tick(&high);
		double rattle = kit_svf_low(&top, kit_svf_high(&bottom, kit_noise_tick(&noise)));

		rattle *= kit_decay_tick(&crack) + kit_decay_tick(&wires);
		t->out[i] = kit_saturate(shell + rattle, s->drive);
	}
}

/* Frame at which burst number b begins: later ones come a little late, as people do. */
static size_t burst_frame(const struct kit_clap *c, unsigned b, double rate_hz)
{
	double uneven = 1.0 + 0.08 * (double)(b * b % 3);

	return (size_t)((double)b * c->spacing_s * uneven * rate_hz);
}

void kit_make_clap(const struct kit_patch *patch, const struct kit_take *t)
{
	const struct kit_clap *c = &patch->clap;
	struct kit_svf band = kit_svf(c->band_hz, c->q, t->rate_hz);
	struct kit_svf air = kit_svf(3.0 * c->band_hz, 0.7, t->rate_hz);
	struct kit_decay burst = { 0 }, tail = { 0 };
	struct kit_noise noise = kit_noise(t, 0);
	unsigned n_begun = 0;

	for (size_t i = 0; i < t->n_frames; i++) {
		double x = kit_noise_tick(&noise), y;

		if (n_begun < c->n_bursts && i >= burst_frame(c, n_begun, t->rate_hz)) {
			burst = kit_decay(1.0, c->burst_t60_s, t->rate_hz);
			if (++n_begun == c->n_bursts)
				tail = kit_decay(c->tail, c->tail_t60_s, t->rate_hz);
		}
		y = kit_svf_band(&band, x) + c->air * kit_svf_high(&air, x);
		t->out[i] = y * (kit_decay_tick(&burst) + kit_decay_tick(&tail));
	}
}
