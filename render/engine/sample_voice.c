/* Voices that play samples of the bank. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/dsp/simd.h"
#include "render/engine/event_impl.h"

enum { TAIL_SHARE = 8 }; /* of what is left: the most that a short sound fades at its end */

/* --- Sounds ------------------------------------------------------------------------------------------------ */

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
	else if (s->data->is_truncated)
		run_warn(shared, "truncated-sample", where,
			 "sample '%.*s' ends before it says it does: %.3f s of it play", (int)name.len, name.text,
			 (double)s->data->n_frames / s->data->sample_rate_hz);
	return s;
}

static bool sound_has_name(const struct sound *s, struct word name)
{
	return s->name_len == name.len && memcmp(s->name, name.text, name.len) == 0;
}

static struct sound *sound_find(struct event_maker *m, struct word name, long index, struct span where)
{
	struct sound **bucket = &m->sounds[hash64_bytes((uint64_t)index, name.text, name.len) % SOUND_BUCKETS];
	for (struct sound *s = *bucket; s; s = s->next)
		if (s->index == index && sound_has_name(s, name))
			return s;
	struct sound *s = sound_new(m, name, index, where);
	if (s) {
		s->next = *bucket;
		*bucket = s;
	}
	return s;
}

void sounds_free(struct event_maker *m)
{
	for (unsigned i = 0; i < SOUND_BUCKETS; i++)
		while (m->sounds[i]) {
			struct sound *s = m->sounds[i];
			m->sounds[i] = s->next;
			if (s->data)
				sample_bank_release(m->run->spec.shared->bank, s->data);
			free(s);
		}
}

/* Variations wrap around, so a bank of ten has ten sounds whatever numbers
 * the program plays. */
static long sound_index(const struct event_maker *m, const struct controls *c)
{
	double n = c->v[CONTROL_N];
	long index = (long)(n + (n < 0 ? -0.5 : 0.5));
	struct sample_bank *bank = m->run->spec.shared->bank;
	long count = bank ? (long)sample_bank_count(bank, c->s.text, c->s.len) : 0;
	return count == 0 ? 0 : (index % count + count) % count;
}

static struct sound *sound_of(struct event_maker *m, const struct controls *c, struct span where)
{
	struct sound *s = m->last_sound;
	if (s && m->last_n == c->v[CONTROL_N] && sound_has_name(s, c->s))
		return s;
	m->last_n = c->v[CONTROL_N];
	return m->last_sound = sound_find(m, c->s, sound_index(m, c), where);
}

/* --- The path through the sound ---------------------------------------------------------------------------- */

/* Whole frames of the sound. */
struct slice {
	int64_t begin, end;
};

static struct slice slice_of(const struct sample_data *data, const struct controls *c)
{
	double n = (double)data->n_frames;
	return (struct slice){ (int64_t)(c->v[CONTROL_BEGIN] * n + 0.5), (int64_t)(c->v[CONTROL_END] * n + 0.5) };
}

/* Frames of the sound per frame at speed 1: by note, and by what the slice or the sample has to fit in. */
static double rate_unit(const struct controls *c, const struct event *ev, const struct node_env *env, double n_frames,
			double slice_frames)
{
	double unit = f64_exp2(c->v[CONTROL_NOTE] / 12);
	if (c->v[CONTROL_SQUEEZE] > 0)
		unit *= slice_frames / (c->v[CONTROL_SQUEEZE] * (ev->length ? (double)ev->length : 1));
	else if (c->v[CONTROL_UNIT] > 0.5)
		unit *= n_frames * env->cycles_per_frame; /* "c": the whole sample takes one cycle (loopAt, splice) */
	return unit < PATH_RATE_MAX ? unit : PATH_RATE_MAX;
}

static int64_t rate_fixed(double rate)
{
	rate = rate < -PATH_RATE_MAX ? -PATH_RATE_MAX : rate > PATH_RATE_MAX ? PATH_RATE_MAX : rate;
	return (int64_t)(rate * (double)PATH_UNIT + (rate < 0 ? -0.5 : 0.5));
}

/* False when nothing is to be heard. */
static bool path_make(struct path *p, const struct controls *c, const struct event *ev, const struct node_env *env,
		      struct slice slice)
{
	double unit = rate_unit(c, ev, env, (double)p->data->n_frames, (double)(slice.end - slice.begin));
	p->rate = rate_fixed(c->v[CONTROL_SPEED] * unit);
	if (c->v[CONTROL_ACCELERATE] != 0)
		path_bend_to(p, rate_fixed((c->v[CONTROL_SPEED] + c->v[CONTROL_ACCELERATE]) * unit), ev->length);
	if (slice.end <= slice.begin || (p->rate == 0 && p->bend == 0))
		return false;
	bool is_backwards = p->rate < 0 || (p->rate == 0 && p->bend < 0);
	p->start = (is_backwards ? slice.end - 1 : slice.begin) * PATH_UNIT;
	if (c->v[CONTROL_LOOP] > 0.5) {
		p->loop_begin = slice.begin * PATH_UNIT;
		p->loop_length = (slice.end - slice.begin) * PATH_UNIT;
	}
	return true;
}

/* --- Level ------------------------------------------------------------------------------------------------- */

/* A loop lasts as long as the event, anything else to the end of its slice; the program may say less, and of a loop
 * more. */
static uint64_t gate_of(const struct event_maker *m, const struct event *ev, const struct controls *c,
			const struct path *p, struct slice slice)
{
	uint64_t gate =
		p->loop_length ? ev->length : path_frames_inside(p, slice.begin * PATH_UNIT, slice.end * PATH_UNIT);
	uint64_t given;
	if (event_gate(m, ev, c, &given) && (given < gate || p->loop_length))
		return given;
	return gate;
}

static void envelope_make(const struct event_maker *m, struct voice *v, const struct controls *c, uint64_t gate)
{
	if (controls_have_adsr(c))
		event_envelope_adsr(m, v, c, gate);
	else if (c->has[CONTROL_RELEASE])
		event_envelope_percussive(m, v, c->v[CONTROL_ATTACK], c->v[CONTROL_RELEASE], gate);
	else
		envelope_edges(&v->envelope,
			       event_frames(m, c->has[CONTROL_ATTACK] ? c->v[CONTROL_ATTACK] : EDGE_ATTACK_S), gate,
			       event_frames(m, EDGE_RELEASE_S));
}

/* Ends the voice where its sound ends, if that comes first. */
static void envelope_bound(struct voice *v)
{
	const struct path *p = &v->path;
	if (p->loop_length)
		return;
	uint64_t left = path_frames_inside(p, 0, (int64_t)p->data->n_frames * PATH_UNIT);
	uint64_t tail = left / TAIL_SHARE < TAIL_FRAMES ? left / TAIL_SHARE : TAIL_FRAMES;
	if (left < v->envelope.end)
		envelope_cut(&v->envelope, left - tail, tail);
}

/* --- Voices ------------------------------------------------------------------------------------------------ */

/* Lets the voice play the note of its path, when there is one. */
static void note_use(struct event_maker *m, const struct event *ev, struct voice *v)
{
	if (!path_needs_reading(&v->path))
		return;
	v->note = note_cache_find_path(m->notes, &v->path, v->end - v->onset);
	if (!v->note)
		return;
	v->note->n_voices++;
	v->note->last_block = ev->block;
	v->path = (struct path){ .data = &v->note->audio, .rate = PATH_UNIT };
}

int sample_voice(struct event_maker *m, const struct event *ev, const struct controls *c, struct voice *v,
		 struct error *err)
{
	struct sound *s = sound_of(m, c, ev->hap->source);
	if (!s)
		return error_set(err, ERR_NO_MEMORY, "no memory for a voice");
	if (!s->data || s->data->n_frames == 0)
		return 0;
	struct slice slice = slice_of(s->data, c);
	v->path.data = s->data;
	if (!path_make(&v->path, c, ev, &m->run->spec.shared->env, slice))
		return 0;
	envelope_make(m, v, c, gate_of(m, ev, c, &v->path, slice));
	envelope_bound(v);
	v->end = ev->onset + v->envelope.end;
	event_gains(v, c, s->data->n_ch);
	note_use(m, ev, v);
	return 1;
}
