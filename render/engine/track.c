/* Patterns are queried in windows of whole cycles counted from cycle 0, never by block, so that no answer
 * depends on the size of a block. Within a cycle a step lies wherever a hap's part begins; its value holds until
 * the next step, through rests too, but not longer than to the end of the following cycle. Of haps that begin at
 * the same time the first in the order of the query counts. */
#include "render/engine/track.h"

#include <stdlib.h>

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
	const struct pattern *pattern;
	struct span where; /* in the program */
	struct run_shared *shared;
	struct arena arena;  /* of one window */
	uint64_t at;         /* next frame, of the song */
	int64_t next_cycle;  /* first cycle that is not in steps */
	uint64_t next_frame; /* where it begins */
	struct step *steps;  /* of the window, ascending; step next is the first that is still to come */
	size_t n_steps, next;
	sample value;          /* that holds now */
	sample last_of_window; /* after all steps of the window: what a rest at the start of the next one holds */
};

struct track *track_new(const struct pattern *pattern, struct span where, struct run_shared *shared,
			uint64_t song_frame)
{
	struct track *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->pattern = pattern;
	t->where = where;
	t->shared = shared;
	t->at = song_frame;
	/* One cycle early, for the value that a rest at the start holds. */
	t->next_cycle = tempo_cycle_before(&shared->tempo, song_frame);
	arena_init(&t->arena, TRACK_ARENA_BYTES_MAX);
	return t;
}

void track_free(struct track *t)
{
	if (!t)
		return;
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

/* Sorts the haps that begin in the window into t->steps, one per time. */
static int window_steps(struct track *t, const struct hap_list *haps, struct timespan window, struct error *err)
{
	size_t n = 0;
	t->steps = ARENA_ARRAY(&t->arena, haps->n, struct step);
	if (!t->steps)
		return error_set(err, ERR_TOO_LARGE, "a pattern has too many events in one cycle");
	for (size_t i = 0; i < haps->n; i++)
		if (hap_begins_in(&haps->haps[i], window))
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

/* The haps of a window. A failure points into the pattern. */
static int window_query(struct track *t, struct timespan window, struct hap_list *haps, struct error *err)
{
	struct query q = { .arena = &t->arena, .seed = t->shared->env.seed };

	if (pattern_query(t->pattern, window, &q, haps, err) == 0)
		return 0;
	if (err && err->where.end == err->where.start)
		err->where = t->where;
	return error_wrap(err, "in cycle %lld", (long long)t->next_cycle);
}

/* Replaces the window by the next cycle. What it begins with is a step of its own. */
static int window_load(struct track *t, struct error *err)
{
	struct hap_list haps = { .n = 0 };
	struct timespan window = { rational_int(t->next_cycle), rational_int(t->next_cycle + 1) };
	int64_t end;

	t->value = t->last_of_window;
	arena_reset(&t->arena);
	if (run_count_events(t->shared, 1, err) || window_query(t, window, &haps, err) ||
	    run_count_events(t->shared, haps.n, err) || window_steps(t, &haps, window, err) ||
	    tempo_frame(&t->shared->tempo, window.end, &end, err))
		return -1;
	t->last_of_window = t->n_steps > 0 ? t->steps[t->n_steps - 1].value : 0;
	t->next_cycle++;
	t->next_frame = (uint64_t)end;
	return 0;
}

/* Frames that the present value holds, at most n. */
static size_t hold_length(const struct track *t, size_t n)
{
	uint64_t until = t->next < t->n_steps ? t->steps[t->next].frame : t->next_frame;
	return until - t->at < n ? (size_t)(until - t->at) : n;
}

int track_fill(struct track *t, sample *out, size_t n, struct error *err)
{
	while (n > 0) {
		if (t->next < t->n_steps && t->steps[t->next].frame <= t->at) {
			t->value = t->steps[t->next++].value;
		} else if (t->next == t->n_steps && t->next_frame <= t->at) {
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
