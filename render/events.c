/* What a program will play, without playing it: the onsets of its event sources in a span of cycles. */
#include <string.h>

#include "render/engine.h"
#include "render/pattern/pattern.h"

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

/* Appends the haps of all event sources, with and without onset. */
static int collect(const struct graph *g, struct timespan span, struct query *q, struct hap_list *haps,
		   struct error *err)
{
	for (uint32_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *node = &g->nodes[i];

		if (node->kind != GRAPH_EVENTS || pattern_query(node->pattern, span, q, haps, err) == 0)
			continue;
		if (err)
			err->where = node->span;
		return -1;
	}
	return 0;
}

static int print_event(const struct hap *h, double cps, const char *source, size_t len, struct buf *out)
{
	struct diag_position at = diag_locate(source, len, h->source.start);
	double begin_s = rational_to_double(h->whole.begin) / cps, end_s = rational_to_double(h->whole.end) / cps;

	if (buf_printf(out, "{\"time_s\":%.9g,\"duration_s\":%.9g,\"source\":", begin_s, end_s - begin_s) < 0)
		return -1;
	if ((h->source.end > h->source.start
		     ? buf_printf(out, "{\"line\":%u,\"column\":%u,\"offset\":%u,\"length\":%u}", at.line, at.column,
				  h->source.start, h->source.end - h->source.start)
		     : buf_printf(out, "null")) < 0)
		return -1;
	return buf_printf(out, ",\"hap\":") < 0 || hap_print_json(h, out) < 0 ? -1 : buf_printf(out, "}\n");
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
	p = render_compile(&arena, engine, source, len, diags, err);
	if (p && collect(p->graph, span, &q, &haps, err) == 0)
		rc = 0;
	hap_list_sort(&haps);
	for (size_t i = 0; rc == 0 && i < haps.n; i++)
		if (hap_has_onset(&haps.haps[i]) &&
		    print_event(&haps.haps[i], rational_to_double(p->graph->cps), source, len, out) < 0)
			rc = error_set(err, ERR_TOO_LARGE, "the answer is too large");
	arena_fini(&arena);
	return rc;
}
