/* A score in a checkpoint: which voices sound, by the events that they come from, and how far the windows are. */
#include <stdlib.h>

#include "render/engine/score_impl.h"

struct score_place {
	uint64_t next_ordinal;
	int64_t next_cycle;
	uint64_t has_window;
	uint64_t n_active;
};

int score_save(const struct score *s, struct buf *out)
{
	struct score_place place = {
		.next_ordinal = s->next_ordinal,
		.next_cycle = s->next_cycle,
		.has_window = s->next_song_frame > 0,
		.n_active = s->n_active,
	};
	if (buf_append(out, &place, sizeof place) || buf_append(out, s->origins, s->n_active * sizeof *s->origins))
		return -1;
	return buf_append(out, s->modulators, s->n_active * s->node->n_inputs * sizeof *s->modulators);
}

/* Makes the voice at s->n_active again, from the haps of its cycle. */
static int active_remake(struct score *s, const struct hap_list *haps, struct error *err)
{
	const struct origin *origin = &s->origins[s->n_active];
	struct onset o;
	if (origin->rank >= haps->n)
		return error_set(err, ERR_CORRUPT, "a checkpoint has another pattern");
	if (score_onset_of(s, &haps->haps[origin->rank], origin->rank, &o, err) < 0)
		return -1;
	int rc = score_make_voice(s, &o, err);
	if (rc <= 0)
		return rc ? rc : error_set(err, ERR_CORRUPT, "a checkpoint has another sound");
	struct active *a = &s->active[s->n_active++];
	if (origin->fade_frames > 0)
		voice_fade(a->voice, origin->fade_frame, origin->fade_frames);
	a->end = a->voice->end;
	a->is_fading = a->voice->is_fading;
	return 0;
}

/* Voices stand in the order of their cycles, so each cycle is asked for once. */
static int voices_load(struct score *s, uint64_t n, struct error *err)
{
	struct hap_list haps = { .n = 0 };
	int64_t cycle = -1;
	while (s->n_active < n) {
		if (s->origins[s->n_active].cycle != cycle) {
			cycle = s->next_cycle = s->origins[s->n_active].cycle;
			if (score_window_query(s, &haps, err))
				return -1;
		}
		if (active_remake(s, &haps, err))
			return -1;
	}
	return 0;
}

static int origins_load(struct score *s, size_t n, struct blob *in, struct error *err)
{
	s->origins = calloc(n + 1, sizeof *s->origins);
	s->active = calloc(n + 1, sizeof *s->active);
	s->modulators = calloc((n + 1) * s->node->n_inputs + 1, sizeof *s->modulators);
	if (!s->origins || !s->active || !s->modulators)
		return error_set(err, ERR_NO_MEMORY, "no memory for voices");
	s->cap_origins = s->cap_active = n + 1;
	s->cap_modulators = (n + 1) * s->node->n_inputs + 1;
	return blob_take(in, s->origins, n * sizeof *s->origins, err) ||
			       blob_take(in, s->modulators, n * s->node->n_inputs * sizeof *s->modulators, err)
		       ? -1
		       : 0;
}

int score_load(struct score *s, struct blob *in, struct error *err)
{
	struct score_place place;
	if (blob_take(in, &place, sizeof place, err))
		return -1;
	if (place.n_active > in->n_left / sizeof *s->origins)
		return error_set(err, ERR_CORRUPT, "a checkpoint ends early");
	s->block = s->run->first_block;
	s->next_end = 0;
	if (origins_load(s, (size_t)place.n_active, in, err) || voices_load(s, place.n_active, err))
		return -1;
	/* The onsets of the window that are still to come. */
	s->first_frame = s->run->first_block * s->run->spec.shared->block_frames;
	s->next_ordinal = place.next_ordinal;
	s->next_cycle = place.next_cycle - (place.has_window > 0);
	return place.has_window ? score_window_load(s, err) : 0;
}
