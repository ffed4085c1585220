/* Shared by the files that make voices: event.c, sample_voice.c and instrument_voice.c. Private to them. */
#ifndef RENDER_ENGINE_EVENT_IMPL_H
#define RENDER_ENGINE_EVENT_IMPL_H

#include "render/engine/event.h"
#include "render/engine/note.h"

enum {
	SOUND_BUCKETS = 256,
	TAIL_FRAMES = 64, /* of fade where a sound would stop in the middle of a wave */
};

/* Edges of voices without an envelope of their own, as in the reference: short enough to be no envelope, long
 * enough not to click. */
#define EDGE_ATTACK_S 0.001
#define EDGE_RELEASE_S 0.003

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
	struct sound *last_sound; /* that was found, or NULL; most events play the same as the one before */
	double last_n;            /* the control that it was found with */
};

/* The voice of an event that plays a sample of the bank, or instrument idx; as event_make_voice(), which has set what
 * all voices have. */
int sample_voice(struct event_maker *m, const struct event *ev, const struct controls *c, struct voice *v,
		 struct error *err) WARN_UNUSED;
int instrument_voice(struct event_maker *m, const struct event *ev, const struct controls *c, uint32_t idx,
		     struct voice *v, struct error *err) WARN_UNUSED;

void sounds_free(struct event_maker *m);

uint64_t event_frames(const struct event_maker *m, double seconds);

/* When the event's gate closes, in frames from its onset, if the program says so. */
bool event_gate(const struct event_maker *m, const struct event *ev, const struct controls *c, uint64_t *gate);

/* The envelopes of section "Envelopes" in docs/LANGUAGE.md. */
void event_envelope_adsr(const struct event_maker *m, struct voice *v, const struct controls *c, uint64_t gate);
void event_envelope_percussive(const struct event_maker *m, struct voice *v, double attack_s, double release_s,
			       uint64_t gate);

/* Level and place for a sound of n_ch channels. */
void event_gains(struct voice *v, const struct controls *c, unsigned n_ch);

#endif
