/* Evaluation of pattern trees: the entry, its limits, and the tools that all node kinds share. */
#include "render/pattern/node.h"

#include <string.h>

/* Haps on the list at once, of those of the largest answer. */
enum { SCRATCH_PERCENT = 125 };

/* Cycle numbers beyond this leave no room for a fraction behind the point in 64 bits. */
#define CYCLE_MAX (INT64_C(1) << 60)

int eval_fail_time(struct eval *e)
{
	return error_set(e->err, ERR_INVALID, "a time in the pattern is too large, too small or too finely divided");
}

static int eval_fail_haps(struct eval *e)
{
	return error_set(e->err, ERR_TOO_LARGE, "the pattern has more than %zu events", e->max_haps);
}

/* While the answer may yet be small: a transform holds what it read beside what it makes of it. */
static int eval_fail_scratch(struct eval *e)
{
	return error_set(e->err, ERR_TOO_LARGE, "the pattern is made of more than %zu events at once",
			 e->n_haps_max - e->n_haps_before);
}

int eval_fail_steps(struct eval *e)
{
	return error_set(e->err, ERR_TOO_LARGE, "the pattern takes more than %zu steps to work out", e->max_steps);
}

int eval_fail_large(struct eval *e, const char *what, double n, double max)
{
	return error_set(e->err, ERR_TOO_LARGE, "%s: at most %.15g are allowed, found %.15g", what, max, n);
}

int eval_fail_memory(struct eval *e)
{
	return error_set(e->err, ERR_NO_MEMORY, "no memory left for the events of a pattern");
}

/* --- Hap lists -------------------------------------------------------------------------------------------- */

static int haps_grow(struct hap_list *l, struct eval *e)
{
	size_t cap = l->cap ? l->cap * 2 : 64;
	struct hap *grown = arena_grow_array_raw(e->arena, l->haps, l->n, cap, sizeof *grown);

	if (!grown)
		return eval_fail_memory(e);
	l->haps = grown;
	l->cap = cap;
	return 0;
}

int haps_expect(const struct hap_list *l, double n, struct eval *e)
{
	return n > (double)(e->n_haps_max - l->n) ? eval_fail_scratch(e) : 0;
}

size_t haps_count_complete(const struct hap_list *l, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < l->n; i++)
		n += l->haps[i].has_whole && timespan_equal(l->haps[i].whole, l->haps[i].part);
	return n;
}

struct hap *haps_push(struct hap_list *l, struct eval *e)
{
	if (l->n >= e->n_haps_max) {
		(void)eval_fail_scratch(e);
		return NULL;
	}
	if (l->n == l->cap && haps_grow(l, e) < 0)
		return NULL;
	l->haps[l->n] = (struct hap){ .has_whole = false };
	return &l->haps[l->n++];
}

void haps_drop(struct hap_list *l, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(l->haps + from, l->haps + to, (l->n - to) * sizeof *l->haps);
	l->n -= to - from;
}

/* Copies of h with the values[1..n), which follow the first. */
static int push_copies(struct hap_list *l, struct hap h, struct value_list values, struct eval *e)
{
	for (uint32_t i = 1; i < values.n; i++) {
		struct hap *copy = haps_push(l, e);
		if (!copy)
			return -1;
		*copy = h;
		copy->value = values.items[i];
	}
	return 0;
}

int haps_expand(struct hap_list *l, size_t from, struct value_expansion expansion, struct eval *e)
{
	size_t to = l->n, kept = from;

	for (size_t i = from; i < to; i++) {
		struct hap h = l->haps[i];
		struct value_list values = { .n = 0 };
		if (expansion.fn(expansion.ctx, e->arena, &h.value, &values) < 0)
			return eval_fail_memory(e);
		if (!values.n)
			continue;
		h.value = values.items[0];
		l->haps[kept++] = h;
		if (push_copies(l, h, values, e) < 0)
			return -1;
	}
	haps_drop(l, kept, to);
	return 0;
}

int haps_map_time(struct hap_list *l, size_t from, struct rational scale, struct rational offset, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct hap *h = &l->haps[i];
		bool is_complete = h->has_whole && timespan_equal(h->whole, h->part);
		h->part = timespan_map(h->part, scale, offset);
		if (is_complete)
			h->whole = h->part;
		else if (h->has_whole)
			h->whole = timespan_map(h->whole, scale, offset);
		if (!timespan_is_valid(h->part) || (h->has_whole && !timespan_is_valid(h->whole)))
			return eval_fail_time(e);
	}
	return 0;
}

static int hap_cmp_spans(struct timespan a, struct timespan b)
{
	int c = rational_cmp(a.begin, b.begin);
	return c ? c : rational_cmp(a.end, b.end);
}

static int hap_cmp(const struct hap *a, const struct hap *b)
{
	int c = hap_cmp_spans(a->part, b->part);
	if (c)
		return c;
	if (!a->has_whole || !b->has_whole)
		return a->has_whole - b->has_whole;
	return hap_cmp_spans(a->whole, b->whole);
}

static void haps_reverse(struct hap *haps, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct hap h = haps[i];
		haps[i] = haps[n - 1 - i];
		haps[n - 1 - i] = h;
	}
}

/* Swaps the blocks [0, mid) and [mid, n). */
static void haps_rotate(struct hap *haps, size_t mid, size_t n)
{
	haps_reverse(haps, mid);
	haps_reverse(haps + mid, n - mid);
	haps_reverse(haps, n);
}

/* The number of sorted haps that belong before h: those that are less, and with_equal also those of equal time. */
static size_t haps_before(const struct hap *haps, size_t n, const struct hap *h, bool with_equal)
{
	size_t lo = 0;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;
		int c = hap_cmp(&haps[mid], h);
		if (c < 0 || (c == 0 && with_equal))
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

/* Merges the sorted runs [0, mid) and [mid, n) in place: splits the longer run in the middle, finds the same place in
 * the other, rotates what lies between, and goes on with both sides (Pratt's merge, as in many standard libraries).
 * The depth of the recursion is logarithmic. */
static void merge_runs(struct hap *haps, size_t mid, size_t n)
{
	size_t i, j, middle;

	if (mid == 0 || mid == n || hap_cmp(&haps[mid - 1], &haps[mid]) <= 0)
		return;
	if (mid > n - mid) {
		i = mid / 2;
		j = mid + haps_before(haps + mid, n - mid, &haps[i], false);
	} else {
		j = mid + (n - mid) / 2;
		i = haps_before(haps, mid, &haps[j], true);
	}
	if (n == 2) {
		haps_reverse(haps, 2);
		return;
	}
	haps_rotate(haps + i, mid - i, j - i);
	middle = i + (j - mid);
	merge_runs(haps, i, middle);
	merge_runs(haps + middle, j - middle, n - middle);
}

static void insertion_sort(struct hap *haps, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct hap h = haps[i];
		size_t j = i;
		for (; j > 0 && hap_cmp(&h, &haps[j - 1]) < 0; j--)
			haps[j] = haps[j - 1];
		haps[j] = h;
	}
}

void hap_list_sort(struct hap_list *l)
{
	enum { RUN = 16 };

	for (size_t at = 0; at < l->n; at += RUN)
		insertion_sort(l->haps + at, l->n - at < RUN ? l->n - at : RUN);
	for (size_t width = RUN; width < l->n; width *= 2)
		for (size_t at = 0; at + width < l->n; at += 2 * width)
			merge_runs(l->haps + at, width, l->n - at < 2 * width ? l->n - at : 2 * width);
}

/* --- Spans ------------------------------------------------------------------------------------------------ */

static bool ends_before(struct timespan s, struct rational t)
{
	return rational_cmp(s.end, t) == 0 && rational_cmp(s.begin, t) < 0;
}

bool timespan_intersect(struct timespan a, struct timespan b, struct timespan *out)
{
	struct timespan s = { rational_max(a.begin, b.begin), rational_min(a.end, b.end) };
	int c = rational_cmp(s.begin, s.end);

	if (c > 0 || (c == 0 && (ends_before(a, s.begin) || ends_before(b, s.begin))))
		return false;
	*out = s;
	return true;
}

struct cycle_iter cycles_begin(struct timespan span)
{
	return (struct cycle_iter){ .piece = { span.begin, span.begin }, .end = span.end };
}

/* Every cycle is a step: when there are more than steps are left, that is known before the first. */
static int check_cycles(const struct cycle_iter *it, struct eval *e)
{
	double n = rational_to_double(it->end) - rational_to_double(it->piece.begin);

	if (n < (double)e->steps_left + 1)
		return 0;
	e->steps_left = 0;
	return eval_fail_steps(e);
}

int cycles_next(struct cycle_iter *it, struct eval *e)
{
	if (!it->is_started && check_cycles(it, e) < 0)
		return -1;
	if (it->is_started && rational_cmp(it->piece.end, it->end) >= 0)
		return 0;
	it->is_started = true;
	it->piece.begin = it->piece.end;
	it->cycle = rational_floor(it->piece.begin);
	if (it->cycle >= CYCLE_MAX || it->cycle <= -CYCLE_MAX)
		return eval_fail_time(e);
	it->piece.end = rational_min(rational_int(it->cycle + 1), it->end);
	return eval_charge(e, 1) < 0 ? -1 : 1;
}

int query_mapped(const struct pattern *child, struct timespan span, struct rational scale, struct rational offset,
		 struct eval *e, struct hap_list *out)
{
	size_t from = out->n;
	struct rational back = rational_div(RATIONAL_ONE, scale); /* overflow stays overflow */

	if (node_query(child, timespan_map(span, scale, offset), e, out) < 0)
		return -1;
	if (out->n == from)
		return 0;
	return haps_map_time(out, from, back, rational_neg(rational_mul(offset, back)), e);
}

/* --- Entry ------------------------------------------------------------------------------------------------ */

/* max for each begun cycle of the span, at least one. */
static size_t limit_of(size_t max, struct timespan span)
{
	int64_t n = rational_ceil(rational_max(rational_sub(span.end, span.begin), RATIONAL_ONE));
	return n < INT32_MAX ? (size_t)n * max : (size_t)INT32_MAX * max;
}

static size_t saturated_mul_add(size_t a, size_t b, size_t c)
{
	size_t r;
	return __builtin_mul_overflow(a, b, &r) || __builtin_add_overflow(r, c, &r) ? SIZE_MAX : r;
}

/* The haps found when the query failed lead to the culprit: the last one with a place in the program. */
static void point_at_last(struct error *err, const struct hap_list *l, size_t from)
{
	for (size_t i = l->n; err && i > from; i--)
		if (l->haps[i - 1].source.end > l->haps[i - 1].source.start) {
			err->where = l->haps[i - 1].source;
			return;
		}
}

int pattern_query(const struct pattern *p, struct timespan span, struct query *q, struct hap_list *out,
		  struct error *err)
{
	struct eval e = { .arena = q->arena, .seed = q->seed, .chance_shift = RATIONAL_ZERO, .err = err };
	size_t before = out->n;
	int rc;

	if (!timespan_is_valid(span) || rational_cmp(span.begin, span.end) > 0 ||
	    !rational_is_valid(rational_sub(span.end, span.begin)))
		return error_set(err, ERR_INVALID, "the span of a query must be finite and not end before it begins");
	e.max_haps = q->max_haps ? q->max_haps : limit_of(PATTERN_EVENTS_PER_CYCLE_MAX, span);
	e.max_steps = q->max_steps ? q->max_steps : limit_of(PATTERN_STEPS_PER_CYCLE_MAX, span);
	e.n_haps_before = before;
	e.n_haps_max = saturated_mul_add(e.max_haps / 100 + 1, SCRATCH_PERCENT, before);
	e.steps_left = e.max_steps;
	rc = node_query(p, span, &e, out);
	q->n_steps += e.max_steps - e.steps_left;
	if (rc == 0 && out->n - before > e.max_haps)
		rc = eval_fail_haps(&e);
	if (rc == 0)
		return 0;
	point_at_last(err, out, before);
	out->n = before;
	return -1;
}
