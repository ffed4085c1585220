#include <stdlib.h>
#include <string.h>

#include "render/dsp/simd.h"
#include "render/engine/event_impl.h"

#define PERCUSSIVE_ATTACK_MIN_S 0.0001
#define ADSR_SEGMENT_MIN_S 0.001

/* --- Makers ------------------------------------------------------------------------------------------------ */

struct event_maker *event_maker_new(struct run *run, const struct plan_events *events)
{
	struct event_maker *m = calloc(1, sizeof *m);
	if (!m)
		return NULL;
	m->run = run;
	m->events = events;
	m->notes = note_cache_new(run->spec.shared, run->spec.n_slots);
	m->base_hz = calloc(events->n_instruments + 1, sizeof *m->base_hz);
	if (!m->notes || !m->base_hz) {
		event_maker_free(m);
		return NULL;
	}
	for (uint32_t i = 0; i < events->n_instruments; i++)
		m->base_hz[i] = note_base_hz(events->plans[i]);
	return m;
}

void event_maker_free(struct event_maker *m)
{
	if (!m)
		return;
	sounds_free(m);
	note_cache_free(m->notes);
	free(m->base_hz);
	free(m);
}

void event_maker_evict(struct event_maker *m, uint64_t block)
{
	note_cache_evict(m->notes, block);
}

/* --- What all voices have ---------------------------------------------------------------------------------- */

uint64_t event_frames(const struct event_maker *m, double seconds)
{
	return (uint64_t)(seconds * m->run->spec.shared->env.sample_rate_hz + 0.5);
}

/* Far beyond every render, far below where sums of frames would overflow. */
static uint64_t frames_saturated(double frames)
{
	return frames < 0x1p60 ? (uint64_t)frames : (uint64_t)1 << 60;
}

bool event_gate(const struct event_maker *m, const struct event *ev, const struct controls *c, uint64_t *gate)
{
	if (c->has[CONTROL_DUR])
		*gate = event_frames(m, c->v[CONTROL_DUR]);
	else if (c->has[CONTROL_LEGATO])
		*gate = frames_saturated(c->v[CONTROL_LEGATO] * (double)ev->length);
	else
		return false;
	return true;
}

static double at_least(double x, double least)
{
	return x > least ? x : least;
}

void event_envelope_adsr(const struct event_maker *m, struct voice *v, const struct controls *c, uint64_t gate)
{
	envelope_adsr(&v->envelope, event_frames(m, at_least(c->v[CONTROL_ATTACK], ADSR_SEGMENT_MIN_S)),
		      event_frames(m, at_least(c->v[CONTROL_DECAY], ADSR_SEGMENT_MIN_S)), (sample)c->v[CONTROL_SUSTAIN],
		      event_frames(m, at_least(c->v[CONTROL_RELEASE], ADSR_SEGMENT_MIN_S)), gate);
}

void event_envelope_percussive(const struct event_maker *m, struct voice *v, double attack_s, double release_s,
			       uint64_t gate)
{
	envelope_percussive(&v->envelope, event_frames(m, at_least(attack_s, PERCUSSIVE_ATTACK_MIN_S)),
			    event_frames(m, release_s), gate, event_frames(m, EDGE_RELEASE_S));
	/* What is left of an exponential at its end would click. */
	if (v->envelope.end > 2 * TAIL_FRAMES)
		envelope_cut(&v->envelope, v->envelope.end - TAIL_FRAMES, TAIL_FRAMES);
}

/* Equal power; at the centre each side gets 0.71. The channels of a stereo sound stay apart at the centre and
 * blend into their mean towards the sides. */
void event_gains(struct voice *v, const struct controls *c, unsigned n_ch)
{
	double pan = c->v[CONTROL_PAN];
	double gain = c->v[CONTROL_GAIN] / __builtin_sqrt(c->v[CONTROL_CHORD_SIZE]);
	double side[2] = { gain * f64_cos2pi((pan + 1) / 8), gain * f64_sin2pi((pan + 1) / 8) };
	double blend = pan < 0 ? -pan : pan;
	for (unsigned out = 0; out < 2; out++) {
		double own = n_ch == 1 ? 1 : 1 - blend / 2, other = n_ch == 1 ? 0 : blend / 2;
		v->gain[out][out] = (sample)(side[out] * own);
		v->gain[out][1 - out] = (sample)(side[out] * other);
	}
	if (n_ch == 1)
		v->gain[1][0] = (sample)side[1];
}

/* --- Voices ------------------------------------------------------------------------------------------------ */

static bool instrument_find(const struct plan_events *e, struct word name, uint32_t *idx)
{
	for (*idx = 0; *idx < e->n_instruments; (*idx)++)
		if (strlen(e->instruments[*idx].name) == name.len &&
		    memcmp(e->instruments[*idx].name, name.text, name.len) == 0)
			return true;
	return false;
}

int event_make_voice(struct event_maker *m, const struct event *ev, struct voice *v, struct error *err)
{
	struct controls c;
	uint32_t idx;
	controls_read(&c, ev->hap, &ev->modulators);
	*v = (struct voice){ .onset = ev->onset, .cut_group = c.v[CONTROL_CUT] };
	if (c.s.len == 0 || ev->onset >= m->run->spec.n_frames)
		return 0;
	if (instrument_find(m->events, c.s, &idx))
		return instrument_voice(m, ev, &c, idx, v, err);
	return sample_voice(m, ev, &c, v, err);
}
