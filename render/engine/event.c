#include "render/engine/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/dsp/simd.h"
#include "render/engine/mix.h"

/* Edges of voices without an envelope of their own, as in the reference: short enough to be no envelope, long
 * enough not to click. */
#define EDGE_ATTACK_S 0.001
#define EDGE_RELEASE_S 0.003
#define PERCUSSIVE_ATTACK_MIN_S 0.0001
#define INSTRUMENT_ATTACK_S 0.01
#define INSTRUMENT_RELEASE_S 0.3
#define ADSR_SEGMENT_MIN_S 0.001
#define ADSR_SUSTAIN 0.7
#define ADSR_RELEASE_S 0.2

enum { SOUND_BUCKETS = 256 };

/* A variation of a sample that the source has played. */
struct sound {
	struct sound *next;
	const struct sample_data *data; /* NULL: there is none, and a warning said so */
	long index;
	uint32_t name_len;
	char name[];
};

struct event_maker {
	struct run *run;
	const struct plan_events *events;
	struct note_cache *notes;
	double *base_hz; /* [n_instruments] */
	struct sound *sounds[SOUND_BUCKETS];
};

/* The controls of one event as numbers. */
struct controls {
	bool has[CONTROL_COUNT];
	double v[CONTROL_COUNT];
	struct word s;
};

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
	for (unsigned i = 0; i < SOUND_BUCKETS; i++)
		while (m->sounds[i]) {
			struct sound *s = m->sounds[i];
			m->sounds[i] = s->next;
			if (s->data)
				sample_bank_release(m->run->spec.shared->bank, s->data);
			free(s);
		}
	note_cache_free(m->notes);
	free(m->base_hz);
	free(m);
}

void event_maker_evict(struct event_maker *m, uint64_t block)
{
	note_cache_evict(m->notes, block);
}

/* --- Controls --------------------------------------------------------------------------------------------- */

static bool control_number(const struct event *ev, const struct value *v, double *x)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		*x = v->number;
		return true;
	case VALUE_BOOL:
		*x = v->truth;
		return true;
	case VALUE_SIGNAL:
		*x = ev->modulator(ev->ctx, v->signal);
		return true;
	default:
		return false;
	}
}

static void controls_read(const struct event *ev, struct controls *c)
{
	*c = (struct controls){ .v = { [CONTROL_GAIN] = 1,
				       [CONTROL_SPEED] = 1,
				       [CONTROL_END] = 1,
				       [CONTROL_CHORD_SIZE] = 1,
				       [CONTROL_SUSTAIN] = ADSR_SUSTAIN,
				       [CONTROL_RELEASE] = ADSR_RELEASE_S } };
	const struct value *v = &ev->hap->value;
	for (uint32_t i = 0; v->kind == VALUE_MAP && i < v->map.n; i++) {
		const struct control *in = &v->map.controls[i];
		double x;
		if (in->key == CONTROL_S && in->value.kind == VALUE_WORD)
			c->s = in->value.word;
		else if (control_number(ev, &in->value, &x) && __builtin_isfinite(x)) {
			c->v[in->key] = x;
			c->has[in->key] = true;
		}
	}
}

static double clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

static uint64_t frames_of(const struct event_maker *m, double seconds)
{
	return (uint64_t)(clamp(seconds, 0, ENVELOPE_SECONDS_MAX) * m->run->spec.shared->env.sample_rate_hz + 0.5);
}

/* Equal power; at the centre each side gets 0.71. The channels of a stereo sound stay apart at the centre and
 * blend into their mean towards the sides. */
static void voice_gains(struct voice *v, const struct controls *c, unsigned n_ch)
{
	double pan = clamp(c->v[CONTROL_PAN], -1, 1);
	double gain = clamp(c->v[CONTROL_GAIN], 0, 10) / __builtin_sqrt(clamp(c->v[CONTROL_CHORD_SIZE], 1, 1e6));
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

/* When the event's gate closes, if the program says so. */
static bool gate_given(const struct event_maker *m, const struct event *ev, const struct controls *c, uint64_t *gate)
{
	if (c->has[CONTROL_DUR])
		*gate = frames_of(m, c->v[CONTROL_DUR]);
	else if (c->has[CONTROL_LEGATO])
		*gate = (uint64_t)(clamp(c->v[CONTROL_LEGATO], 0, 1e4) * (double)ev->length);
	else
		return false;
	return true;
}

static void voice_adsr(const struct event_maker *m, struct voice *v, const struct controls *c, uint64_t gate)
{
	envelope_adsr(&v->envelope, frames_of(m, clamp(c->v[CONTROL_ATTACK], ADSR_SEGMENT_MIN_S, ENVELOPE_SECONDS_MAX)),
		      frames_of(m, clamp(c->v[CONTROL_DECAY], ADSR_SEGMENT_MIN_S, ENVELOPE_SECONDS_MAX)),
		      (sample)clamp(c->v[CONTROL_SUSTAIN], 0, 1),
		      frames_of(m, clamp(c->v[CONTROL_RELEASE], ADSR_SEGMENT_MIN_S, ENVELOPE_SECONDS_MAX)), gate);
}

static void voice_percussive(const struct event_maker *m, struct voice *v, double attack_s, double release_s,
			     uint64_t gate)
{
	envelope_percussive(&v->envelope, frames_of(m, clamp(attack_s, PERCUSSIVE_ATTACK_MIN_S, ENVELOPE_SECONDS_MAX)),
			    frames_of(m, release_s), gate, frames_of(m, EDGE_RELEASE_S));
}

static bool is_adsr(const struct controls *c)
{
	return c->has[CONTROL_DECAY] || c->has[CONTROL_SUSTAIN];
}

/* --- Samples ---------------------------------------------------------------------------------------------- */

static struct sound *sound_new(struct event_maker *m, struct word name, long index, struct span where)
{
	struct run_shared *shared = m->run->spec.shared;
	struct error err = ERROR_INIT;
	struct sound *s = calloc(1, sizeof *s + name.len);
	if (!s)
		return NULL;
	s->index = index;
	s->name_len = name.len;
	memcpy(s->name, name.text, name.len);
	if (shared->bank)
		s->data = sample_bank_acquire(shared->bank, name.text, name.len, index,
					      (uint32_t)shared->env.sample_rate_hz, &err);
	if (!s->data && (!shared->bank || err.code == ERR_NOT_FOUND))
		run_warn(shared, "unknown-sample", where, "there is no sample '%.*s'", (int)name.len, name.text);
	else if (!s->data)
		run_warn(shared, "unreadable-sample", where, "%s", err.message);
	return s;
}

static struct sound *sound_find(struct event_maker *m, struct word name, long index, struct span where)
{
	struct sound **bucket = &m->sounds[hash64_bytes((uint64_t)index, name.text, name.len) % SOUND_BUCKETS];
	for (struct sound *s = *bucket; s; s = s->next)
		if (s->index == index && s->name_len == name.len && memcmp(s->name, name.text, name.len) == 0)
			return s;
	struct sound *s = sound_new(m, name, index, where);
	if (s) {
		s->next = *bucket;
		*bucket = s;
	}
	return s;
}

/* Variations wrap around, so a bank of ten has ten sounds whatever numbers the program plays. */
static long sound_index(const struct event_maker *m, struct word name, double n)
{
	long index = (long)(clamp(n, -1e9, 1e9) + (n < 0 ? -0.5 : 0.5));
	struct sample_bank *bank = m->run->spec.shared->bank;
	long count = bank ? (long)sample_bank_count(bank, name.text, name.len) : 0;
	return count == 0 ? 0 : (index % count + count) % count;
}

/* Slice and rate in fixed point; false when nothing is to be heard. */
static bool voice_slice(struct voice *v, const struct controls *c, const struct node_env *env, uint64_t *slice_frames)
{
	double n = (double)v->data->n_frames;
	int64_t begin = (int64_t)(clamp(c->v[CONTROL_BEGIN], 0, 1) * n * (double)VOICE_UNIT);
	int64_t end = (int64_t)(clamp(c->v[CONTROL_END], 0, 1) * n * (double)VOICE_UNIT);
	double rate = clamp(c->v[CONTROL_SPEED], -10, 10) * f64_exp2(clamp(c->v[CONTROL_NOTE], -120, 120) / 12);

	/* unit "c": at speed 1 the whole sample takes one cycle (loopAt, splice). */
	if (c->v[CONTROL_UNIT] > 0.5)
		rate *= n * env->cycles_per_frame;
	v->rate = (int64_t)(clamp(rate, -VOICE_RATE_MAX, VOICE_RATE_MAX) * (double)VOICE_UNIT);
	if (v->rate == 0 || end <= begin)
		return false;
	v->start = v->rate > 0 ? begin : end - VOICE_UNIT < begin ? begin : end - VOICE_UNIT;
	if (c->v[CONTROL_LOOP] > 0.5) {
		v->loop_begin = begin;
		v->loop_length = end - begin;
	}
	int64_t step = v->rate > 0 ? v->rate : -v->rate;
	*slice_frames = (uint64_t)((end - begin + step - 1) / step);
	return true;
}

static void sample_envelope(const struct event_maker *m, const struct event *ev, struct voice *v,
			    const struct controls *c, uint64_t slice_frames)
{
	uint64_t gate = v->loop_length > 0 ? ev->length : slice_frames, given;
	if (gate_given(m, ev, c, &given) && (given < gate || v->loop_length > 0))
		gate = given;
	if (is_adsr(c))
		voice_adsr(m, v, c, gate);
	else if (c->has[CONTROL_RELEASE])
		voice_percussive(m, v, c->v[CONTROL_ATTACK], c->v[CONTROL_RELEASE], gate);
	else
		envelope_edges(&v->envelope,
			       frames_of(m, c->has[CONTROL_ATTACK] ? c->v[CONTROL_ATTACK] : EDGE_ATTACK_S), gate,
			       frames_of(m, EDGE_RELEASE_S));
}

static int sample_voice(struct event_maker *m, const struct event *ev, const struct controls *c, struct voice *v,
			struct error *err)
{
	struct sound *s = sound_find(m, c->s, sound_index(m, c->s, c->v[CONTROL_N]), ev->hap->source);
	uint64_t slice_frames, left;
	if (!s)
		return error_set(err, ERR_NO_MEMORY, "no memory for a voice");
	v->data = s->data;
	if (!v->data || v->data->n_frames == 0 || !voice_slice(v, c, &m->run->spec.shared->env, &slice_frames))
		return 0;
	sample_envelope(m, ev, v, c, slice_frames);
	left = v->loop_length > 0 ? UINT64_MAX : voice_frames_left(v->start, v->rate, v->data->n_frames);
	v->end = ev->onset + (left < v->envelope.end ? left : v->envelope.end);
	voice_gains(v, c, v->data->n_ch);
	return 1;
}

/* --- Instruments ------------------------------------------------------------------------------------------ */

static void instrument_envelope(const struct event_maker *m, const struct event *ev, struct voice *v,
				const struct controls *c)
{
	uint64_t gate = ENVELOPE_NO_GATE;
	bool is_gated = gate_given(m, ev, c, &gate);
	if (is_adsr(c))
		voice_adsr(m, v, c, is_gated ? gate : ev->length);
	else if (is_gated && !c->has[CONTROL_ATTACK] && !c->has[CONTROL_RELEASE])
		envelope_edges(&v->envelope, frames_of(m, EDGE_ATTACK_S), gate, frames_of(m, EDGE_RELEASE_S));
	else
		voice_percussive(m, v, c->has[CONTROL_ATTACK] ? c->v[CONTROL_ATTACK] : INSTRUMENT_ATTACK_S,
				 c->has[CONTROL_RELEASE] ? c->v[CONTROL_RELEASE] : INSTRUMENT_RELEASE_S, gate);
}

static int instrument_voice(struct event_maker *m, const struct event *ev, const struct controls *c, uint32_t idx,
			    struct voice *v, bool *is_new_note, struct error *err)
{
	uint64_t left = m->run->spec.n_frames - ev->onset;
	instrument_envelope(m, ev, v, c);
	struct note_key key = {
		.instrument = idx,
		.pitch = note_pitch(c->has[CONTROL_NOTE], c->v[CONTROL_NOTE_NAMED] > 0.5,
				    clamp(c->v[CONTROL_NOTE], -120, 120), clamp(c->v[CONTROL_N], -120, 120),
				    m->base_hz[idx]),
		.n_frames = v->envelope.end < left ? v->envelope.end : left,
		.onset = m->events->follows_song[idx] ? ev->onset : 0,
	};
	unsigned n_ch = mix_output_channels(m->events->plans[idx]);
	v->note = note_cache_find(m->notes, &key, n_ch, ev->hap->source, is_new_note, err);
	if (!v->note)
		return -1;
	v->data = &v->note->audio;
	v->rate = VOICE_UNIT;
	v->end = ev->onset + key.n_frames;
	v->note->n_voices++;
	v->note->last_block = ev->block;
	voice_gains(v, c, n_ch);
	return 1;
}

static bool instrument_find(const struct plan_events *e, struct word name, uint32_t *idx)
{
	for (*idx = 0; *idx < e->n_instruments; (*idx)++)
		if (strlen(e->instruments[*idx].name) == name.len &&
		    memcmp(e->instruments[*idx].name, name.text, name.len) == 0)
			return true;
	return false;
}

int event_make_voice(struct event_maker *m, const struct event *ev, struct voice *v, bool *is_new_note,
		     struct error *err)
{
	struct controls c;
	uint32_t idx;
	controls_read(ev, &c);
	*is_new_note = false;
	*v = (struct voice){ .onset = ev->onset, .fade_from = VOICE_NO_FADE, .cut_group = c.v[CONTROL_CUT] };
	if (c.s.len == 0 || ev->onset >= m->run->spec.n_frames)
		return 0;
	if (instrument_find(m->events, c.s, &idx))
		return instrument_voice(m, ev, &c, idx, v, is_new_note, err);
	return sample_voice(m, ev, &c, v, err);
}
