/* Patterns are queried in windows of whole cycles counted from cycle 0, never by block, so that no answer
 * depends on the size of a block. Within a cycle a step lies wherever a hap's part begins; its value holds until
 * the next step, through rests too, but not longer than to the end of the following cycle. Of haps that begin at
 * the same time the first in the order of the query counts.
 *
 * A gate steps where a true event begins or ends instead, and at the frame after each onset; nothing is held. */
#include "render/engine/track.h"

#include <stdlib.h>

#include "render/dsp/gate.h"
#include "render/engine/cycle_cache.h"
#include "render/pattern/pattern.h"

/* As the score's arena: the limit of events per cycle is met first. */
enum { TRACK_ARENA_BYTES_MAX = 192 << 20 };

struct step {
	struct rational at; /* cycles */
	size_t rank;        /* in the order of the query */
	uint64_t frame;     /* of the song; the step holds from here on */
	sample value;
};

struct track {
	const struct plan_node *node;
	struct run_shared *shared;
	struct cycle_cache *cycles;
	struct arena arena;  /* of one window */
	uint64_t at;         /* next frame, of the song */
	int64_t next_cycle;  /* first cycle that is not in steps */
	uint64_t next_frame; /* where it begins */
	struct step *steps;  /* of the window, ascending; step next is the first that is still to come */
	size_t n_steps, next;
	sample value;          /* that holds now */
	sample last_of_window; /* after all steps of the window: what a rest at the start of the next one holds */
};

struct track *track_new(const struct plan_node *node, struct run_shared *shared, uint64_t song_frame)
{
	struct track *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->node = node;
	t->shared = shared;
	t->at = song_frame;
	/* One cycle early, for the value that a rest at the start holds. */
	t->next_cycle = tempo_cycle_before(&shared->tempo, song_frame);
	arena_init(&t->arena, TRACK_ARENA_BYTES_MAX);
	t->cycles = cycle_cache_new(node->pattern, shared->env.seed);
	if (t->cycles)
		return t;
	track_free(t);
	return NULL;
}

void track_free(struct track *t)
{
	if (!t)
		return;
	cycle_cache_free(t->cycles);
	arena_fini(&t->arena);
	free(t);
}

static int step_cmp(const void *va, const void *vb)
{
	const struct step *a = va, *b = vb;
	int c = rational_cmp(a->at, b->at);
	return c ? c : (a->rank > b->rank) - (a->rank < b->rank);
}

static bool step_from_hap(const struct hap *h, size_t rank, struct step *s)
{
	double value;
	if (h->value.kind == VALUE_NUMBER)
		value = h->value.number;
	else if (h->value.kind == VALUE_BOOL)
		value = h->value.truth;
	else
		return false;
	*s = (struct step){ .at = h->part.begin, .rank = rank, .value = (sample)value };
	return true;
}

/* Sorts the haps into t->steps, one per time. */
static int window_steps(struct track *t, const struct hap_list *haps, struct error *err)
{
	size_t n = 0;
	t->steps = ARENA_ARRAY(&t->arena, haps->n, struct step);
	if (!t->steps)
		return error_set(err, ERR_TOO_LARGE, "a pattern has too many events in one cycle");
	for (size_t i = 0; i < haps->n; i++)
		n += step_from_hap(&haps->haps[i], i, &t->steps[n]);
	if (n > 0)
		qsort(t->steps, n, sizeof *t->steps, step_cmp);
	t->n_steps = t->next = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t frame;
		if (t->n_steps > 0 && rational_cmp(t->steps[t->n_steps - 1].at, t->steps[i].at) == 0)
			continue;
		if (tempo_frame(&t->shared->tempo, t->steps[i].at, &frame, err))
			return -1;
		t->steps[i].frame = frame > 0 ? (uint64_t)frame : 0;
		t->steps[t->n_steps++] = t->steps[i];
	}
	return 0;
}

/* --- Gates ------------------------------------------------------------------------------------------------ */

struct gate_edge {
	uint64_t frame;
	int by; /* events that begin, less those that end */
	bool is_onset;
};

static int gate_edge_cmp(const void *va, const void *vb)
{
	const struct gate_edge *a = va, *b = vb;
	return (a->frame > b->frame) - (a->frame < b->frame);
}

static int gate_edge_set(const struct track *t, struct rational at, int by, struct gate_edge *e, struct error *err)
{
	int64_t frame;
	if (tempo_frame(&t->shared->tempo, at, &frame, err))
		return -1;
	*e = (struct gate_edge){ .frame = frame > 0 ? (uint64_t)frame : 0, .by = by };
	return 0;
}

/* Two edges for each true hap, behind those in edges. */
static int gate_edges_add(const struct track *t, const struct hap *h, struct gate_edge *edges, size_t *n,
			  struct error *err)
{
	if (!value_is_true(&h->value))
		return 0;
	if (gate_edge_set(t, h->part.begin, 1, &edges[*n], err) ||
	    gate_edge_set(t, h->part.end, -1, &edges[*n + 1], err))
		return -1;
	edges[*n].is_onset = hap_has_onset(h);
	*n += 2;
	return 0;
}

static void gate_step(struct track *t, uint64_t frame, sample value)
{
	t->steps[t->n_steps++] = (struct step){ .frame = frame, .value = value };
}

/* Steps of the sorted edges: at most two for each frame with edges, and one at the start of the window. */
static void gate_fill(struct track *t, const struct gate_edge *edges, size_t n)
{
	int n_open = 0;
	gate_step(t, t->next_frame, 0);
	for (size_t i = 0; i < n;) {
		uint64_t frame = edges[i].frame;
		bool is_onset = false;
		for (; i < n && edges[i].frame == frame; i++) {
			n_open += edges[i].by;
			is_onset |= edges[i].is_onset;
		}
		gate_step(t, frame, is_onset ? GATE_ONSET : n_open > 0);
		if (is_onset && (i == n || edges[i].frame > frame + 1))
			gate_step(t, frame + 1, n_open > 0);
	}
}

static int gate_steps(struct track *t, const struct hap_list *haps, struct error *err)
{
	struct gate_edge *edges = ARENA_ARRAY(&t->arena, 2 * haps->n, struct gate_edge);
	size_t n = 0;
	t->steps = ARENA_ARRAY(&t->arena, 4 * haps->n + 1, struct step);
	t->n_steps = t->next = 0;
	if (!edges || !t->steps)
		return error_set(err, ERR_TOO_LARGE, "a pattern has too many events in one cycle");
	for (size_t i = 0; i < haps->n; i++)
		if (gate_edges_add(t, &haps->haps[i], edges, &n, err))
			return -1;
	if (n > 0)
		qsort(edges, n, sizeof *edges, gate_edge_cmp);
	gate_fill(t, edges, n);
	return 0;
}

/* --- Windows ---------------------------------------------------------------------------------------------- */

/* The haps that begin in the window. A failure points into the pattern. */
static int window_query(struct track *t, struct timespan window, struct hap_list *haps, struct error *err)
{
	struct hap_list all;

	if (cycle_cache_query(t->cycles, t->next_cycle, &all, err)) {
		if (err && err->where.end == err->where.start)
			err->where = t->node->span;
		return error_wrap(err, "in cycle %lld", (long long)t->next_cycle);
	}
	haps->haps = ARENA_ARRAY(&t->arena, all.n, struct hap);
	if (!haps->haps)
		return error_set(err, ERR_TOO_LARGE, "a pattern has too many events in one cycle");
	for (size_t i = 0; i < all.n; i++)
		if (hap_begins_in(&all.haps[i], window))
			haps->haps[haps->n++] = all.haps[i];
	return 0;
}

/* Replaces the window by the next cycle. What it begins with is a step of its own. */
static int window_load(struct track *t, struct error *err)
{
	struct hap_list haps = { .n = 0 };
	struct timespan window = { rational_int(t->next_cycle), rational_int(t->next_cycle + 1) };
	int64_t end;

	t->value = t->last_of_window;
	arena_reset(&t->arena);
	if (run_count_events(t->shared, 1, t->next_cycle, t->node->span, err) || window_query(t, window, &haps, err) ||
	    run_count_events(t->shared, haps.n, t->next_cycle, t->node->span, err) ||
	    (t->node->is_gate ? gate_steps : window_steps)(t, &haps, err) ||
	    tempo_frame(&t->shared->tempo, window.end, &end, err))
		return -1;
	t->last_of_window = t->n_steps > 0 ? t->steps[t->n_steps - 1].value : 0;
	t->next_cycle++;
	t->next_frame = (uint64_t)end;
	return 0;
}

static bool is_in_tail(const struct track *t)
{
	return t->shared->tail_frame > 0 && t->at >= t->shared->tail_frame;
}

/* Frames that the present value holds, at most n. */
static size_t hold_length(const struct track *t, size_t n)
{
	uint64_t tail = t->shared->tail_frame;
	uint64_t until = t->next < t->n_steps ? t->steps[t->next].frame : t->next_frame;
	if (is_in_tail(t))
		return n;
	if (tail > 0 && until > tail)
		until = tail;
	return until - t->at < n ? (size_t)(until - t->at) : n;
}

int track_fill(struct track *t, sample *out, size_t n, struct error *err)
{
	while (n > 0) {
		bool is_moving = !is_in_tail(t);
		if (is_moving && t->next < t->n_steps && t->steps[t->next].frame <= t->at) {
			t->value = t->steps[t->next++].value;
		} else if (is_moving && t->next == t->n_steps && t->next_frame <= t->at) {
			if (window_load(t, err))
				return -1;
		} else {
			size_t len = hold_length(t, n);
			for (size_t i = 0; i < len; i++)
				out[i] = t->value;
			out += len;
			t->at += len;
			n -= len;
		}
	}
	return 0;
}

/* --- Checkpoints ------------------------------------------------------------------------------------------ */

/* The steps of the window are asked for again. */
struct track_place {
	uint64_t at;
	int64_t next_cycle;
	uint64_t next;
	sample value;
	uint32_t has_window;
};

int track_save(const struct track *t, struct buf *out)
{
	struct track_place place = {
		.at = t->at,
		.next_cycle = t->next_cycle,
		.next = t->next,
		.value = t->value,
		.has_window = t->next_frame > 0,
	};
	return buf_append(out, &place, sizeof place);
}

int track_load(struct track *t, struct blob *in, struct error *err)
{
	struct track_place place;
	if (blob_take(in, &place, sizeof place, err))
		return -1;
	if (place.has_window) {
		int64_t begin;
		t->next_cycle = place.next_cycle - 1;
		if (tempo_frame(&t->shared->tempo, rational_int(t->next_cycle), &begin, err))
			return -1;
		t->next_frame = (uint64_t)begin;
		if (window_load(t, err))
			return -1;
	}
	if (place.next > t->n_steps)
		return error_set(err, ERR_CORRUPT, "a checkpoint has another pattern");
	t->next_cycle = place.next_cycle;
	t->next = (size_t)place.next;
	t->at = place.at;
	t->value = place.value;
	return 0;
}
