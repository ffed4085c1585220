/* Notes: what voices play that is worth rendering once, and then mixed like a sample.
 *
 * The note of an instrument is a run of its plan from its own frame 0 (run.h), at a pitch, for a length. Where the
 * instrument has no pattern inside, notes of equal (instrument, pitch, length) are one note; otherwise its
 * patterns follow the song's clock from the onset on and every onset has its own.
 *
 * The note of a sample is what is heard along a path that has to be interpolated (path.h). A path that was seen
 * before gets one when there is room; it has the bits that reading the path has, so the choice is not heard.
 *
 * A note_cache belongs to one event source. note_cache_find*() and _evict() are called by the source's score tile,
 * note_render() by the parts of its notes tile, in the order that the plan gives them; there is no lock. Evicting
 * a note costs time when it is needed again, never a bit. */
#ifndef RENDER_ENGINE_NOTE_H
#define RENDER_ENGINE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/engine/path.h"
#include "render/engine/run.h"
#include "render/io/samples.h"

#define NOTE_OF_SAMPLE UINT32_MAX

struct note_key {
	uint32_t instrument; /* index in plan_events, or NOTE_OF_SAMPLE: then only path and n_frames count */
	struct pitch pitch;
	uint64_t n_frames;
	uint64_t onset; /* of the run that plays it; 0 when the sound does not depend on it */
	struct path path;
};

struct note {
	struct note *next; /* in its bucket */
	struct note_key key;
	struct sample_data audio; /* ch is NULL until rendered */
	bool is_ordered;          /* by the score: a notes tile renders it, or has */
	sample *memory;
	size_t bytes;
	uint32_t n_voices;   /* in the score that play it */
	uint64_t last_block; /* in which a voice played it */
};

struct note_cache;

/* NULL when memory is out. */
struct note_cache *note_cache_new(struct run_shared *shared, unsigned n_slots);
void note_cache_free(struct note_cache *c);

/* The note with that key; note_render() must run before it is mixed. NULL with ERR_NO_MEMORY or ERR_BUDGET. */
struct note *note_cache_find(struct note_cache *c, const struct note_key *key, unsigned n_ch, struct span where,
			     struct error *err) WARN_UNUSED;

/* The same where it is there already; else NULL. */
struct note *note_cache_look_up(const struct note_cache *c, const struct note_key *key);

/* The note of a sample's path, at least n_frames long; NULL when the path is to be read as it is. */
struct note *note_cache_find_path(struct note_cache *c, const struct path *path, uint64_t n_frames);

/* Forgets notes that no voice plays and no block in flight can read, the longest unused first, until all notes
 * of the job fit. block is the one being scored. */
void note_cache_evict(struct note_cache *c, uint64_t block);

/* The pitch of an event on an instrument. note and n in semitones; is_named: the note was a name, an absolute
 * pitch. base_hz: the instrument's own, from note_base_hz(). */
struct pitch note_pitch(bool has_note, bool is_named, double note, double n, double base_hz);

/* As above for an absolute pitch in Hz, moved by semitones. */
struct pitch note_pitch_hz(double hz, double semitones, double base_hz);

/* The first pitch in the plan that the program gives as a number; 0 when there is none. */
double note_base_hz(const struct plan *plan);

/* Computes the audio. parent: the run whose event source plays it. Any worker. */
int note_render(struct note *note, const struct run *parent, const struct plan_events *events,
		struct error *err) WARN_UNUSED;

#endif
