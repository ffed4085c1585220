/* Haps are asked for in windows of one whole cycle, counted from cycle 0, so that nothing depends on the size of a
 * block. The haps of a window that have their onset in it are sorted by onset frame and then by their place in
 * the answer, and numbered on through the whole render; that number, the ordinal, decides where a voice stands
 * in the sum. A hap becomes a voice when the block of its onset is scored, because controls that are signals are
 * read there.
 *
 * Voices that a later event ends (cut groups, the ceiling of voices) get their fade when that event is scored.
 * The fade begins at that event's onset, so blocks mixed before are right without knowing it. */
#include "render/engine/score.h"

#include <stdlib.h>
#include <string.h>

#include "render/engine/cycle_cache.h"
#include "render/engine/event.h"
#include "render/engine/note.h"

/* Room for the onsets of as many events as a cycle may have. */
enum { SCORE_ARENA_BYTES_MAX = 192 << 20 };

#define CUT_FADE_S 0.010

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
	struct voice *active; /* that may sound in the next block, by ordinal */
	size_t n_active, cap_active;
	size_t sounding[VOICES_MAX]; /* indices into active of those that neither ended nor fade, by ordinal */
	size_t n_sounding;
	uint64_t block;             /* being scored; for modulators */
	struct score_block *blocks; /* [run's n_slots] */
};

struct score *score_new(struct run *run, const struct plan_events *events)
{
	struct score *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->run = run;
	s->events = events;
	s->node = &run->spec.plan->nodes[events->node];
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
	free(s->active);
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

/* Room for one more element; *array may move. */
static int reserve(void **array, size_t *cap, size_t n, size_t size, struct error *err)
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

/* 1: o is filled; 0: it lies before the run's frame 0 or in the tail; -1: error. */
static int onset_from_hap(const struct score *s, const struct hap *h, size_t rank, struct onset *o, struct error *err)
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
	return begin >= start && !is_in_tail(s, (uint64_t)begin);
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
		int rc = onset_from_hap(s, &haps->haps[i], i, &s->onsets[s->n_onsets], err);
		if (rc < 0)
			return -1;
		s->n_onsets += (size_t)rc;
	}
	if (s->n_onsets > 0)
		qsort(s->onsets, s->n_onsets, sizeof *s->onsets, onset_cmp);
	return 0;
}

/* The haps of the next cycle. A failure points at the event source. */
static int window_query(struct score *s, struct hap_list *haps, struct error *err)
{
	if (cycle_cache_query(s->cycles, s->next_cycle, haps, err) == 0)
		return 0;
	if (err && err->where.end == err->where.start)
		err->where = s->node->span;
	return error_wrap(err, "in cycle %lld", (long long)s->next_cycle);
}

/* Replaces the window, whose onsets are all taken, by the next cycle. */
static int window_load(struct score *s, struct error *err)
{
	struct run_shared *shared = s->run->spec.shared;
	struct hap_list haps = { .n = 0 };
	int64_t end;

	arena_reset(&s->arena);
	if (run_count_events(shared, 1, err) || window_query(s, &haps, err) || run_count_events(shared, haps.n, err) ||
	    window_onsets(s, &haps, err) || tempo_frame(&shared->tempo, rational_int(s->next_cycle + 1), &end, err))
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
		if (window_load(s, err))
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
		const struct voice *v = &s->active[s->sounding[i]];
		if (v->end > frame && !v->is_fading)
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

/* Voices of the same onset stay together: a chord does not cut itself. */
static void sounding_cut(struct score *s, const struct voice *by)
{
	uint64_t fade = (uint64_t)(CUT_FADE_S * s->run->spec.shared->env.sample_rate_hz);
	for (size_t i = 0; i < s->n_sounding; i++) {
		struct voice *v = &s->active[s->sounding[i]];
		if (v->cut_group == by->cut_group && v->onset < by->onset)
			voice_fade(v, by->onset, fade);
	}
}

/* Adds the voice at that index of active, ending the oldest when it is one too many. */
static void sounding_add(struct score *s, size_t idx)
{
	const struct voice *v = &s->active[idx];
	if (v->cut_group > 0)
		sounding_cut(s, v);
	sounding_update(s, v->onset);
	if (s->n_sounding == VOICES_MAX) {
		voice_fade(&s->active[s->sounding[0]], v->onset, STEAL_FRAMES);
		sounding_update(s, v->onset);
	}
	s->sounding[s->n_sounding++] = idx;
}

static void active_drop_silent(struct score *s, uint64_t frame)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n_active; i++) {
		struct voice *v = &s->active[i];
		if (v->end > frame) {
			if (v->note)
				v->note->last_block = s->block;
			if (kept < i)
				s->active[kept] = *v;
			kept++;
		} else if (v->note)
			v->note->n_voices--;
	}
	s->n_active = kept;
	sounding_rebuild(s);
}

static sample modulator_at(const void *ctx, uint32_t i)
{
	const struct score *s = ctx;
	const struct onset *o = &s->onsets[s->next - 1];
	if (i >= s->node->n_inputs)
		return 0;
	const struct plan_input *in = &s->node->inputs[i];
	if (in->node == PLAN_NONE)
		return in->value;
	return run_signal(s->run, in->node, 0, s->block)[o->frame % s->run->spec.shared->block_frames];
}

static int missing_add(struct score_block *b, struct note *note, struct error *err)
{
	if (reserve((void **)&b->missing, &b->cap_missing, b->n_missing, sizeof *b->missing, err))
		return -1;
	b->missing[b->n_missing++] = note;
	return 0;
}

static int active_add(struct score *s, const struct onset *o, struct error *err)
{
	struct event ev = { .hap = o->hap,
			    .onset = o->frame,
			    .length = o->length,
			    .block = s->block,
			    .modulators = { modulator_at, s } };
	struct voice v;
	bool is_new_note;
	uint64_t ordinal = s->next_ordinal++;

	if (reserve((void **)&s->active, &s->cap_active, s->n_active, sizeof *s->active, err))
		return -1;
	int rc = event_make_voice(s->maker, &ev, &v, &is_new_note, err);
	if (rc <= 0)
		return rc;
	v.ordinal = ordinal;
	s->active[s->n_active] = v;
	sounding_add(s, s->n_active++);
	return is_new_note ? missing_add(score_block_at(s, s->block), v.note, err) : 0;
}

/* --- Blocks ----------------------------------------------------------------------------------------------- */

static int block_group(struct score_block *b, size_t first_voice, struct error *err)
{
	if (reserve((void **)&b->groups, &b->cap_groups, b->n_groups + 1, sizeof *b->groups, err))
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

/* Copies the active voices: the score moves on while the block is mixed. */
static int block_fill(struct score *s, struct score_block *b, uint64_t first_frame, struct error *err)
{
	b->n_voices = b->n_groups = 0;
	for (size_t i = 0; i < s->n_active; i++) {
		const struct voice *v = &s->active[i];
		if (v->end <= first_frame)
			continue;
		if (reserve((void **)&b->voices, &b->cap_voices, b->n_voices, sizeof *b->voices, err))
			return -1;
		if ((b->n_voices == 0 ||
		     b->voices[b->n_voices - 1].ordinal / VOICE_GROUP != v->ordinal / VOICE_GROUP) &&
		    block_group(b, b->n_voices, err))
			return -1;
		b->voices[b->n_voices++] = *v;
	}
	if (b->n_groups > 0)
		b->groups[b->n_groups] = b->n_voices;
	return block_sums(b, s->run->spec.shared->block_frames, err);
}

int score_advance(struct score *s, uint64_t block, struct error *err)
{
	unsigned n = s->run->spec.shared->block_frames;
	struct score_block *b = score_block_at(s, block);
	const struct onset *o;

	s->block = block;
	b->n_missing = 0;
	active_drop_silent(s, block * n);
	event_maker_evict(s->maker, block);
	for (;;) {
		if (onset_next(s, (block + 1) * n, &o, err))
			return -1;
		if (!o)
			break;
		if (active_add(s, o, err))
			return -1;
	}
	return block_fill(s, b, block * n, err);
}
