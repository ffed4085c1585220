/* What a program will play, without playing it: the onsets of its event sources in a span of cycles. */
#include <string.h>

#include "render/engine.h"
#include "render/graph/probe.h"
#include "render/pattern/pattern.h"

int render_parse_cycle(const char *text, double *cycles)
{
	struct rational r = rational_parse(text, strlen(text));

	if (!rational_is_valid(r))
		return -1;
	*cycles = rational_to_double(r);
	return 0;
}

int render_parse_span(const char *from, const char *to, struct timespan *span, struct error *err)
{
	span->begin = rational_parse(from, strlen(from));
	span->end = rational_parse(to, strlen(to));
	if (!rational_is_valid(span->begin) || !rational_is_valid(span->end))
		return error_set(err, ERR_INVALID, "cycles must be numbers such as 0, 1.5 or 3/8");
	if (rational_cmp(span->begin, span->end) > 0)
		return error_set(err, ERR_INVALID, "cycles must not end before they begin");
	return 0;
}

/* Steps of all queries of one call: a second of work, more than a thousand cycles of any program people write. */
enum { EVENTS_STEPS_MAX = 20000000 };

/* Line and column of every byte of the source, and of its end: events are many, and lines may be long. */
struct place {
	unsigned line, column;
};

static const struct place *places_new(struct arena *a, const char *source, size_t len)
{
	struct place *places = ARENA_ARRAY(a, len + 1, struct place), at = { 1, 1 };

	for (size_t i = 0; places && i <= len; i++) {
		/* The bytes behind the first of a code point have its column. */
		bool is_continuation = i < len && ((unsigned char)source[i] & 0xc0) == 0x80;
		places[i] = (struct place){ at.line, at.column - is_continuation };
		if (i < len && source[i] == '\n')
			at = (struct place){ at.line + 1, 1 };
		else if (!is_continuation)
			at.column++;
	}
	return places;
}

/* Appends the haps of all event sources, with and without onset. */
static int collect(const struct graph *g, struct timespan span, struct query *q, struct hap_list *haps,
		   struct diag_list *diags, struct error *err)
{
	for (uint32_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *node = &g->nodes[i];

		if (node->kind != GRAPH_EVENTS)
			continue;
		q->max_steps = EVENTS_STEPS_MAX - q->n_steps + 1;
		if (pattern_query(node->pattern, span, q, haps, err) == 0)
			continue;
		probe_complain(diags, err, node->span);
		return diags->n_errors > 0 ? error_set(err, ERR_SOURCE, "the program has errors") : -1;
	}
	return 0;
}

static int print_event(const struct hap *h, double cps, const struct place *places, struct buf *out)
{
	double begin_s = rational_to_double(h->whole.begin) / cps, end_s = rational_to_double(h->whole.end) / cps;
	const struct place *at = &places[h->source.start];

	if (buf_printf(out, "{\"time_s\":%.9g,\"duration_s\":%.9g,\"source\":", begin_s, end_s - begin_s) < 0)
		return -1;
	if ((h->source.end > h->source.start
		     ? buf_printf(out, "{\"line\":%u,\"column\":%u,\"offset\":%u,\"length\":%u}", at->line, at->column,
				  h->source.start, h->source.end - h->source.start)
		     : buf_printf(out, "null")) < 0)
		return -1;
	return buf_printf(out, ",\"hap\":") < 0 || hap_print_json(h, out) < 0 ? -1 : buf_printf(out, "}\n");
}

/* The onsets in the span, in the order of time. */
static int print_events(const struct program *p, struct timespan span, struct hap_list *haps, struct arena *a,
			struct buf *out, struct error *err)
{
	const struct place *places = places_new(a, p->source, p->source_len);
	double cps = rational_to_double(p->graph->cps);

	if (!places)
		return error_set(err, ERR_NO_MEMORY, "no memory for the places of events");
	hap_list_sort(haps);
	for (size_t i = 0; i < haps->n; i++) {
		const struct hap *h = &haps->haps[i];
		if (hap_has_onset(h) && hap_begins_in(h, span) && print_event(h, cps, places, out) < 0)
			return error_set(err, ERR_TOO_LARGE, "the answer is too large");
	}
	return 0;
}

int render_events(const struct render_engine *engine, const char *source, size_t len, const char *from, const char *to,
		  struct buf *out, struct diag_list *diags, struct error *err)
{
	struct timespan span;
	struct arena arena;
	struct query q = { .arena = &arena };
	struct hap_list haps = { .n = 0 };
	const struct program *p;
	int rc = -1;

	if (render_parse_span(from, to, &span, err) < 0)
		return -1;
	arena_init(&arena, COMPILE_BYTES_MAX);
	p = render_compile(&arena, engine, NULL, source, len, diags, err);
	if (p && collect(p->graph, span, &q, &haps, diags, err) == 0)
		rc = print_events(p, span, &haps, &arena, out, err);
	arena_fini(&arena);
	return rc;
}
