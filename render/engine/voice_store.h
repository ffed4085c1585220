/* Where the voices of a score lie. A voice stays at one place from its event to its end, and is not changed there: blocks in
 * flight point at it while the score is at a later one. Where it is given up its memory is used again, once no block in
 * flight can read it. One thread at a time. */
#ifndef RENDER_ENGINE_VOICE_STORE_H
#define RENDER_ENGINE_VOICE_STORE_H

#include <stdint.h>

#include "render/engine/voice.h"

struct stored_voice;
struct voice_chunk;

/* Zero-initialise, but for n_slots. */
struct voice_store {
	unsigned n_slots;                     /* blocks in flight */
	struct voice_chunk *chunks;           /* the newest first */
	unsigned n_fresh;                     /* voices of the first chunk that were never used */
	struct stored_voice *oldest, *newest; /* given up, in this order */
};

/* While that block is scored. Not initialised. NULL when memory is out. */
struct voice *voice_store_take(struct voice_store *s, uint64_t block);

/* The block being scored, and those behind it, do not read it. */
void voice_store_give_up(struct voice_store *s, struct voice *v, uint64_t block);

void voice_store_fini(struct voice_store *s);

#endif
