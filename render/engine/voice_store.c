#include "render/engine/voice_store.h"

#include <stdlib.h>

enum { CHUNK_VOICES = 32 };

struct stored_voice {
	struct voice voice; /* first: a struct voice * is a struct stored_voice * */
	struct stored_voice *next;
	uint64_t block; /* in which it was given up */
};

struct voice_chunk {
	struct voice_chunk *next;
	struct stored_voice voices[CHUNK_VOICES];
};

static struct stored_voice *take_fresh(struct voice_store *s)
{
	if (s->n_fresh == 0) {
		struct voice_chunk *c = malloc(sizeof *c);
		if (!c)
			return NULL;
		c->next = s->chunks;
		s->chunks = c;
		s->n_fresh = CHUNK_VOICES;
	}
	return &s->chunks->voices[CHUNK_VOICES - s->n_fresh--];
}

struct voice *voice_store_take(struct voice_store *s, uint64_t block)
{
	struct stored_voice *v = s->oldest;

	if (v && v->block + s->n_slots <= block) {
		s->oldest = v->next;
		return &v->voice;
	}
	v = take_fresh(s);
	return v ? &v->voice : NULL;
}

void voice_store_give_up(struct voice_store *s, struct voice *v, uint64_t block)
{
	struct stored_voice *stored = (struct stored_voice *)v;

	stored->next = NULL;
	stored->block = block;
	if (s->oldest)
		s->newest->next = stored;
	else
		s->oldest = stored;
	s->newest = stored;
}

void voice_store_fini(struct voice_store *s)
{
	while (s->chunks) {
		struct voice_chunk *c = s->chunks;
		s->chunks = c->next;
		free(c);
	}
}
