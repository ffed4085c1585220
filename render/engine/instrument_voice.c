/* Voices that play instruments: notes of a bus's graph. */
#include "render/engine/event_impl.h"
#include "render/engine/mix.h"

#define INSTRUMENT_ATTACK_S 0.01
#define INSTRUMENT_RELEASE_S 0.3

static void envelope_make(const struct event_maker *m, const struct event *ev, struct voice *v,
			  const struct controls *c)
{
	uint64_t gate = ENVELOPE_NO_GATE;
	bool is_gated = event_gate(m, ev, c, &gate);
	if (controls_have_adsr(c))
		event_envelope_adsr(m, v, c, is_gated ? gate : ev->length);
	else if (is_gated && !c->has[CONTROL_ATTACK] && !c->has[CONTROL_RELEASE])
		envelope_edges(&v->envelope, event_frames(m, EDGE_ATTACK_S), gate, event_frames(m, EDGE_RELEASE_S));
	else
		event_envelope_percussive(m, v, c->has[CONTROL_ATTACK] ? c->v[CONTROL_ATTACK] : INSTRUMENT_ATTACK_S,
					  c->has[CONTROL_RELEASE] ? c->v[CONTROL_RELEASE] : INSTRUMENT_RELEASE_S, gate);
}

static struct pitch pitch_of(const struct event_maker *m, const struct controls *c, uint32_t idx)
{
	double semitones = c->v[CONTROL_N];
	if (c->has[CONTROL_FREQ])
		return note_pitch_hz(c->v[CONTROL_FREQ], semitones + c->v[CONTROL_NOTE], m->base_hz[idx]);
	return note_pitch(c->has[CONTROL_NOTE], c->v[CONTROL_NOTE_NAMED] > 0.5, c->v[CONTROL_NOTE], semitones,
			  m->base_hz[idx]);
}

/* A note that outlasts the song is rendered as far as it is heard, unless all of it is there from an earlier event. */
static struct note *note_for(struct event_maker *m, struct note_key *key, uint64_t n_heard, unsigned n_ch,
			     struct span where, struct error *err)
{
	struct note *n = n_heard < key->n_frames ? note_cache_look_up(m->notes, key) : NULL;

	if (n)
		return n;
	key->n_frames = n_heard;
	return note_cache_find(m->notes, key, n_ch, where, err);
}

int instrument_voice(struct event_maker *m, const struct event *ev, const struct controls *c, uint32_t idx,
		     struct voice *v, struct error *err)
{
	uint64_t n_heard = m->run->spec.n_frames - ev->onset;
	envelope_make(m, ev, v, c);
	struct note_key key = {
		.instrument = idx,
		.pitch = pitch_of(m, c, idx),
		.n_frames = v->envelope.end,
		.onset = m->events->follows_song[idx] ? ev->onset : 0,
	};
	unsigned n_ch = mix_output_channels(m->events->plans[idx]);
	n_heard = v->envelope.end < n_heard ? v->envelope.end : n_heard;
	v->note = note_for(m, &key, n_heard, n_ch, ev->hap->source, err);
	if (!v->note)
		return -1;
	v->path = (struct path){ .data = &v->note->audio, .rate = PATH_UNIT };
	v->end = ev->onset + n_heard;
	v->note->n_voices++;
	v->note->last_block = ev->block;
	event_gains(v, c, n_ch);
	return 1;
}
