/* The inside of a score, for score.c and for score_rest.c, which takes it to checkpoints and back. */
#ifndef RENDER_ENGINE_SCORE_IMPL_H
#define RENDER_ENGINE_SCORE_IMPL_H

#include "render/engine/cycle_cache.h"
#include "render/engine/event.h"
#include "render/engine/note.h"
#include "render/engine/score.h"
#include "render/engine/voice_store.h"

/* What a voice was made from, so that a checkpoint need not know what a voice is made of: the event's place in the pattern,
 * what its modulators gave, and the fade that a later event put on it. */
struct origin {
	uint64_t ordinal;
	int64_t cycle;
	uint64_t rank;        /* in the answer of the query of that cycle */
	uint64_t fade_frame;  /* of the run */
	uint64_t fade_frames; /* 0: none */
};

/* A voice that may sound in the next block, with what is asked of all of them in every block. */
struct active {
	struct voice *voice;
	uint64_t end, ordinal;
	bool is_fading;
};

/* A hap that waits for its block. */
struct onset {
	uint64_t frame;  /* of the run */
	uint64_t length; /* frames */
	size_t rank;     /* in the answer of the query */
	const struct hap *hap;
};

struct score {
	struct run *run;
	const struct plan_events *events;
	const struct plan_node *node;
	struct event_maker *maker;
	struct cycle_cache *cycles;
	struct arena arena;       /* of one window */
	int64_t next_cycle;       /* first cycle that was not asked for */
	uint64_t next_song_frame; /* of the song, where it begins */
	struct onset *onsets;     /* of the window, ascending; onset next is the first that is still to come */
	size_t n_onsets, next;
	uint64_t next_ordinal;
	struct voice_store store;
	struct voice *spare;    /* taken from it for the next voice; or NULL */
	struct active *active;  /* by ordinal */
	uint64_t next_end;      /* no active voice ends before; 0: not known */
	struct origin *origins; /* of each of them */
	sample *modulators;     /* [n_inputs of the node] of each of them */
	size_t n_active, cap_active, cap_origins, cap_modulators;
	size_t n_kept;        /* of them, when the last ones were given up */
	uint64_t first_frame; /* onsets before it were taken before the checkpoint that the score comes from; else 0 */
	uint64_t heard_from;  /* nobody hears its voices before; what they play is not rendered until then */
	bool has_silent;      /* voices that were made where nobody hears them, or before the checkpoint */
	size_t sounding[VOICES_MAX]; /* indices into active of those that neither ended nor fade, by ordinal */
	size_t n_sounding;
	uint64_t block;             /* being scored; for modulators */
	struct score_block *blocks; /* [run's n_slots] */
};

/* Room for one more element; *array may move. */
int score_reserve(void **array, size_t *cap, size_t n, size_t size, struct error *err) WARN_UNUSED;

/* 1: o is filled; 0: it lies before the score's first frame or in the tail; -1: error. */
int score_onset_of(const struct score *s, const struct hap *h, size_t rank, struct onset *o,
		   struct error *err) WARN_UNUSED;

/* The haps of the next cycle. A failure points at the event source. */
int score_window_query(struct score *s, struct hap_list *haps, struct error *err) WARN_UNUSED;

/* Replaces the window, whose onsets are all taken, by the next cycle. */
int score_window_load(struct score *s, struct error *err) WARN_UNUSED;

/* Makes the voice of an onset behind the last one; its origin and its modulators stand there already. 1; 0: it
 * makes no sound; -1. */
int score_make_voice(struct score *s, const struct onset *o, struct error *err) WARN_UNUSED;

#endif
