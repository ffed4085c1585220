/* Haps are asked for in windows of one whole cycle, counted from cycle 0, so that nothing depends on the size of a
 * block. The haps of a window that have their onset in it are sorted by onset frame and then by their place in
 * the answer, and numbered on through the whole render; that number, the ordinal, decides where a voice stands
 * in the sum. A hap becomes a voice when the block of its onset is scored, because controls that are signals are
 * read there.
 *
 * Voices that a later event ends (cut groups, the ceiling of voices) get their fade when that event is scored.
 * The fade begins at that event's onset, so blocks mixed before are right without knowing it. They point at the voice as it
 * was; the one with the fade is a copy. */
#include "render/engine/score_impl.h"

#include <stdlib.h>
#include <string.h>

/* Room for the onsets of as many events as a cycle may have. */
enum { SCORE_ARENA_BYTES_MAX = 192 << 20 };

enum { DROP_BLOCKS = 8 }; /* voices that are over are given up that often */

#define CUT_FADE_S 0.010

struct score *score_new(struct run *run, const struct plan_events *events)
{
	struct score *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->run = run;
	s->store.n_slots = run->spec.n_slots;
	s->events = events;
	s->node = &run->spec.plan->nodes[events->node];
	s->heard_from = run->spec.plan->stages[s->node->stage].is_lasting ? 0 : run->spec.heard_from;
	s->has_silent = true;
	s->next_cycle = tempo_cycle_before(&run->spec.shared->tempo, run->spec.song_frame);
	arena_init(&s->arena, SCORE_ARENA_BYTES_MAX);
	s->blocks = calloc(run->spec.n_slots, sizeof *s->blocks);
	s->maker = event_maker_new(run, events);
	s->cycles = cycle_cache_new(s->node->pattern, run->spec.shared->env.seed);
	if (!s->blocks || !s->maker || !s->cycles) {
		score_free(s);
		return NULL;
	}
	return s;
}

void score_free(struct score *s)
{
	if (!s)
		return;
	for (unsigned i = 0; s->blocks && i < s->run->spec.n_slots; i++) {
		free(s->blocks[i].voices);
		free(s->blocks[i].groups);
		free(s->blocks[i].sums);
		free(s->blocks[i].missing);
	}
	free(s->blocks);
	voice_store_fini(&s->store);
	free(s->active);
	free(s->origins);
	free(s->modulators);
	event_maker_free(s->maker);
	cycle_cache_free(s->cycles);
	arena_fini(&s->arena);
	free(s);
}

struct score_block *score_block_at(struct score *s, uint64_t block)
{
	return &s->blocks[block % s->run->spec.n_slots];
}

const struct plan_events *score_events(const struct score *s)
{
	return s->events;
}

int score_reserve(void **array, size_t *cap, size_t n, size_t size, struct error *err)
{
	if (n < *cap)
		return 0;
	size_t new_cap = *cap ? *cap * 2 : 16;
	while (new_cap <= n)
		new_cap *= 2;
	void *grown = reallocarray(*array, new_cap, size);
	if (!grown)
		return error_set(err, ERR_NO_MEMORY, "no memory for voices");
	*array = grown;
	*cap = new_cap;
	return 0;
}

/* --- Windows ---------------------------------------------------------------------------------------------- */

static int onset_cmp(const void *va, const void *vb)
{
	const struct onset *a = va, *b = vb;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* The tail of the song is there for what sounds already. */
static bool is_in_tail(const struct score *s, uint64_t song_frame)
{
	uint64_t tail = s->run->spec.shared->tail_frame;
	return tail > 0 && song_frame >= tail;
}

int score_onset_of(const struct score *s, const struct hap *h, size_t rank, struct onset *o, struct error *err)
{
	const struct tempo *tempo = &s->run->spec.shared->tempo;
	int64_t begin, end, start = (int64_t)s->run->spec.song_frame;
	if (tempo_frame(tempo, h->whole.begin, &begin, err) || tempo_frame(tempo, h->whole.end, &end, err))
		return -1;
	*o = (struct onset){
		.frame = (uint64_t)(begin - start),
		.length = (uint64_t)(end - begin),
		.rank = rank,
		.hap = h,
	};
	return begin >= start + (int64_t)s->first_frame && !is_in_tail(s, (uint64_t)begin);
}

/* Most patterns answer in the order of time. */
static void onsets_sort(struct onset *onsets, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (onset_cmp(&onsets[i - 1], &onsets[i]) > 0) {
			qsort(onsets, n, sizeof *onsets, onset_cmp);
			return;
		}
}

static int window_onsets(struct score *s, const struct hap_list *haps, struct error *err)
{
	struct timespan window = { rational_int(s->next_cycle), rational_int(s->next_cycle + 1) };

	s->n_onsets = s->next = 0;
	s->onsets = ARENA_ARRAY(&s->arena, haps->n, struct onset);
	if (!s->onsets)
		return error_set(err, ERR_TOO_LARGE, "a pattern has too many events in one cycle");
	for (size_t i = 0; i < haps->n; i++) {
		if (!hap_has_onset(&haps->haps[i]) || !hap_begins_in(&haps->haps[i], window))
			continue;
		int rc = score_onset_of(s, &haps->haps[i], i, &s->onsets[s->n_onsets], err);
		if (rc < 0)
			return -1;
		s->n_onsets += (size_t)rc;
	}
	onsets_sort(s->onsets, s->n_onsets);
	return 0;
}

int score_window_query(struct score *s, struct hap_list *haps, struct error *err)
{
	if (cycle_cache_query(s->cycles, s->next_cycle, haps, err) == 0)
		return 0;
	if (err && err->where.end == err->where.start)
		err->where = s->node->span;
	return error_wrap(err, "in cycle %lld", (long long)s->next_cycle);
}

int score_window_load(struct score *s, struct error *err)
{
	struct run_shared *shared = s->run->spec.shared;
	struct hap_list haps = { .n = 0 };
	int64_t end;

	arena_reset(&s->arena);
	if (run_count_events(shared, 1, s->next_cycle, s->node->span, err) || score_window_query(s, &haps, err) ||
	    run_count_events(shared, haps.n, s->next_cycle, s->node->span, err) || window_onsets(s, &haps, err) ||
	    tempo_frame(&shared->tempo, rational_int(s->next_cycle + 1), &end, err))
		return -1;
	s->next_cycle++;
	s->next_song_frame = (uint64_t)end;
	return 0;
}

/* The first onset before frame end that was not taken yet; *o is NULL when there is none. */
static int onset_next(struct score *s, uint64_t end, const struct onset **o, struct error *err)
{
	while (s->next == s->n_onsets && s->next_song_frame < s->run->spec.song_frame + end &&
	       !is_in_tail(s, s->next_song_frame))
		if (score_window_load(s, err))
			return -1;
	*o = s->next < s->n_onsets && s->onsets[s->next].frame < end ? &s->onsets[s->next++] : NULL;
	return 0;
}

/* --- Active voices ---------------------------------------------------------------------------------------- */

/* Keeps in sounding what still sounds at that frame. */
static void sounding_update(struct score *s, uint64_t frame)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n_sounding; i++) {
		const struct active *a = &s->active[s->sounding[i]];
		if (a->end > frame && !a->is_fading)
			s->sounding[kept++] = s->sounding[i];
	}
	s->n_sounding = kept;
}

/* After active was compacted. At most VOICES_MAX voices sound, because sounding_add() sees to it. */
static void sounding_rebuild(struct score *s)
{
	s->n_sounding = 0;
	for (size_t i = 0; i < s->n_active; i++)
		if (!s->active[i].is_fading)
			s->sounding[s->n_sounding++] = i;
}

static int active_fade(struct score *s, size_t idx, uint64_t frame, uint64_t fade_frames, struct error *err)
{
	struct active *a = &s->active[idx];
	if (a->is_fading || frame >= a->end)
		return 0;
	struct voice *v = voice_store_take(&s->store, s->block);
	if (!v)
		return error_set(err, ERR_NO_MEMORY, "no memory for voices");
	*v = *a->voice;
	voice_fade(v, frame, fade_frames);
	voice_store_give_up(&s->store, a->voice, s->block);
	*a = (struct active){ .voice = v, .end = v->end, .ordinal = v->ordinal, .is_fading = true };
	s->next_end = a->end < s->next_end ? a->end : s->next_end;
	s->origins[idx].fade_frame = frame;
	s->origins[idx].fade_frames = fade_frames;
	return 0;
}

/* Voices of the same onset stay together: a chord does not cut itself. */
static int sounding_cut(struct score *s, const struct voice *by, struct error *err)
{
	uint64_t fade = (uint64_t)(CUT_FADE_S * s->run->spec.shared->env.sample_rate_hz);
	for (size_t i = 0; i < s->n_sounding; i++) {
		const struct voice *v = s->active[s->sounding[i]].voice;
		if (v->cut_group == by->cut_group && v->onset < by->onset &&
		    active_fade(s, s->sounding[i], by->onset, fade, err))
			return -1;
	}
	return 0;
}

/* Adds the voice at that index of active, ending the oldest when it is one too many. */
static int sounding_add(struct score *s, size_t idx, struct error *err)
{
	const struct voice *v = s->active[idx].voice;
	if (v->cut_group > 0 && sounding_cut(s, v, err))
		return -1;
	if (v->cut_group > 0 || s->n_sounding == VOICES_MAX)
		sounding_update(s, v->onset);
	if (s->n_sounding == VOICES_MAX) {
		if (active_fade(s, s->sounding[0], v->onset, STEAL_FRAMES, err))
			return -1;
		sounding_update(s, v->onset);
	}
	s->sounding[s->n_sounding++] = idx;
	return 0;
}

static void active_move(struct score *s, size_t to, size_t from)
{
	size_t n = s->node->n_inputs;
	if (to == from)
		return;
	s->active[to] = s->active[from];
	s->origins[to] = s->origins[from];
	if (n > 0)
		memcpy(s->modulators + to * n, s->modulators + from * n, n * sizeof(sample));
}

static void active_drop(struct score *s, struct voice *v)
{
	if (v->note) {
		v->note->n_voices--;
		v->note->last_block = s->block;
	}
	voice_store_give_up(&s->store, v, s->block);
}

/* Now and then: nobody hears them, and what stands behind them has to move. */
static void active_drop_silent(struct score *s, uint64_t frame)
{
	size_t kept = 0;
	if (frame < s->next_end || (s->block % DROP_BLOCKS != 0 && s->n_active < 2 * s->n_kept))
		return;
	s->next_end = UINT64_MAX;
	for (size_t i = 0; i < s->n_active; i++) {
		const struct active *a = &s->active[i];
		if (a->end <= frame) {
			active_drop(s, a->voice);
			continue;
		}
		s->next_end = a->end < s->next_end ? a->end : s->next_end;
		active_move(s, kept++, i);
	}
	s->n_active = s->n_kept = kept;
	sounding_rebuild(s);
}

/* Of an onset in the block being scored. */
static sample modulator_at(const struct score *s, const struct onset *o, uint32_t i)
{
	const struct plan_input *in = &s->node->inputs[i];
	if (in->node == PLAN_NONE)
		return in->value;
	return run_signal(s->run, in->node, 0, s->block)[o->frame % s->run->spec.shared->block_frames];
}

/* Of the voice that is made now, which is the one behind the last. */
static sample modulator_read(const void *ctx, uint32_t i)
{
	const struct score *s = ctx;
	return i < s->node->n_inputs ? s->modulators[s->n_active * s->node->n_inputs + i] : 0;
}

static int active_reserve(struct score *s, struct error *err)
{
	size_t n_modulators = (s->n_active + 1) * s->node->n_inputs;
	if (score_reserve((void **)&s->active, &s->cap_active, s->n_active, sizeof *s->active, err) ||
	    score_reserve((void **)&s->origins, &s->cap_origins, s->n_active, sizeof *s->origins, err))
		return -1;
	return score_reserve((void **)&s->modulators, &s->cap_modulators, n_modulators, sizeof *s->modulators, err);
}

int score_make_voice(struct score *s, const struct onset *o, struct error *err)
{
	struct event ev = { .hap = o->hap,
			    .onset = o->frame,
			    .length = o->length,
			    .block = s->block,
			    .modulators = { modulator_read, s } };
	s->spare = s->spare ? s->spare : voice_store_take(&s->store, s->block);
	if (!s->spare)
		return error_set(err, ERR_NO_MEMORY, "no memory for voices");
	struct voice *v = s->spare;
	int rc = event_make_voice(s->maker, &ev, v, err);
	if (rc <= 0)
		return rc;
	v->ordinal = s->origins[s->n_active].ordinal;
	s->active[s->n_active] = (struct active){ .voice = v, .end = v->end, .ordinal = v->ordinal };
	s->next_end = v->end < s->next_end ? v->end : s->next_end;
	s->spare = NULL;
	return 1;
}

/* Lets the notes tile of the block render what the voice plays, unless somebody asked for that before. */
static int note_order(struct score_block *b, struct note *note, struct error *err)
{
	if (!note || note->is_ordered)
		return 0;
	if (score_reserve((void **)&b->missing, &b->cap_missing, b->n_missing, sizeof *b->missing, err))
		return -1;
	note->is_ordered = true;
	b->missing[b->n_missing++] = note;
	return 0;
}

static int active_add(struct score *s, const struct onset *o, struct error *err)
{
	if (active_reserve(s, err))
		return -1;
	s->origins[s->n_active] = (struct origin){
		.ordinal = s->next_ordinal++,
		.cycle = s->next_cycle - 1,
		.rank = o->rank,
	};
	for (uint32_t i = 0; i < s->node->n_inputs; i++)
		s->modulators[s->n_active * s->node->n_inputs + i] = modulator_at(s, o, i);
	int rc = score_make_voice(s, o, err);
	if (rc <= 0)
		return rc;
	return sounding_add(s, s->n_active++, err);
}

/* --- Blocks ----------------------------------------------------------------------------------------------- */

static int block_group(struct score_block *b, size_t first_voice, struct error *err)
{
	if (score_reserve((void **)&b->groups, &b->cap_groups, b->n_groups + 1, sizeof *b->groups, err))
		return -1;
	b->groups[b->n_groups++] = first_voice;
	return 0;
}

static int block_sums(struct score_block *b, unsigned block_frames, struct error *err)
{
	if (b->n_groups < 2 || b->n_groups <= b->cap_sums)
		return 0;
	size_t group_bytes = PLAN_CHANNELS_MAX * sizeof(sample) * block_frames;
	free(b->sums);
	b->cap_sums = 0;
	b->sums = aligned_alloc(64, 2 * b->n_groups * group_bytes);
	if (!b->sums)
		return error_set(err, ERR_NO_MEMORY, "no memory for voices");
	b->cap_sums = 2 * b->n_groups;
	return 0;
}

/* Notes the active voices: the score moves on while the block is mixed. */
static int block_fill(struct score *s, struct score_block *b, uint64_t first_frame, struct error *err)
{
	uint64_t group = UINT64_MAX;
	size_t n = 0;

	if (score_reserve((void **)&b->voices, &b->cap_voices, s->n_active, sizeof *b->voices, err))
		return -1;
	for (const struct active *a = s->active, *end = a + s->n_active; a < end; a++) {
		if (a->end <= first_frame)
			continue;
		if (group != a->ordinal / VOICE_GROUP && block_group(b, n, err))
			return -1;
		group = a->ordinal / VOICE_GROUP;
		b->voices[n++] = a->voice;
	}
	b->n_voices = n;
	if (b->n_groups > 0)
		b->groups[b->n_groups] = b->n_voices;
	return block_sums(b, s->run->spec.shared->block_frames, err);
}

/* What the voices behind the first n_before play, or all of them when some were silent so far. */
static int block_order_notes(struct score *s, struct score_block *b, size_t n_before, uint64_t first_frame,
			     struct error *err)
{
	for (size_t i = s->has_silent ? 0 : n_before; i < s->n_active; i++)
		if (s->active[i].end > first_frame && note_order(b, s->active[i].voice->note, err))
			return -1;
	s->has_silent = false;
	return 0;
}

int score_advance(struct score *s, uint64_t block, struct error *err)
{
	unsigned n = s->run->spec.shared->block_frames;
	struct score_block *b = score_block_at(s, block);
	const struct onset *o;
	size_t n_before;

	s->block = block;
	b->n_missing = b->n_voices = b->n_groups = 0;
	active_drop_silent(s, block * n);
	n_before = s->n_active;
	event_maker_evict(s->maker, block);
	for (;;) {
		if (onset_next(s, (block + 1) * n, &o, err))
			return -1;
		if (!o)
			break;
		if (run_is_canceled(s->run->spec.shared))
			return error_set(err, ERR_CANCELED, "the render was canceled");
		if (active_add(s, o, err))
			return -1;
	}
	if (block * n < s->heard_from)
		return 0;
	return block_order_notes(s, b, n_before, block * n, err) ? -1 : block_fill(s, b, block * n, err);
}
