/* The stages of the pipeline as text: --dump=... and `phonond query`. */
#include <string.h>

#include "render/engine.h"
#include "render/engine/song.h"
#include "render/graph/plan.h"
#include "render/graph/probe.h"
#include "render/lang/lang.h"

static int dump_result(int rc, const struct diag_list *diags, struct error *err)
{
	if (diags->n_errors > 0)
		return error_set(err, ERR_SOURCE, "the program has errors");
	return rc ? error_set(err, ERR_TOO_LARGE, "the text is too large") : 0;
}

static int dump_plan(const struct graph *graph, struct arena *a, struct buf *out, struct diag_list *diags,
		     struct error *err)
{
	struct render_spec spec;
	render_spec_init(&spec);
	struct node_env env = song_env(&spec, graph);
	const struct plan *plan = plan_build(a, graph, &env, diags, err);
	if (!plan || plan_check(plan, err))
		return -1;
	return dump_result(plan_print(plan, out), diags, err);
}

static int dump_compiled(const struct render_engine *engine, const char *source, size_t len, enum render_dump what,
			 struct buf *out, struct diag_list *diags, struct error *err)
{
	struct arena arena;
	int rc = -1;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = render_compile(&arena, engine, NULL, source, len, diags, err);
	if (p && what == RENDER_DUMP_GRAPH)
		rc = dump_result(graph_print(p->graph, out), diags, err);
	else if (p)
		rc = dump_plan(p->graph, &arena, out, diags, err);
	arena_fini(&arena);
	return rc;
}

int render_dump(const struct render_engine *engine, const char *source, size_t len, enum render_dump what,
		struct buf *out, struct diag_list *diags, struct error *err)
{
	if (len > RENDER_SOURCE_BYTES_MAX)
		return error_set(err, ERR_TOO_LARGE, "'source' must be at most %u bytes, found %zu",
				 RENDER_SOURCE_BYTES_MAX, len);
	if (what == RENDER_DUMP_TOKENS)
		return dump_result(lang_dump_tokens(source, len, out, diags), diags, err);
	if (what == RENDER_DUMP_AST)
		return dump_result(lang_dump_ast(source, len, out, diags), diags, err);
	return dump_compiled(engine, source, len, what, out, diags, err);
}

static int query_print(const struct pattern *p, struct timespan span, struct arena *a, struct buf *out,
		       struct diag_list *diags, struct error *err)
{
	struct query q = { .arena = a };
	struct hap_list haps = { .n = 0 };
	if (pattern_query(p, span, &q, &haps, err)) {
		probe_complain(diags, err, (struct span){ 0, 0 });
		return diags->n_errors > 0 ? error_set(err, ERR_SOURCE, "the expression has errors") : -1;
	}
	hap_list_sort(&haps);
	for (size_t i = 0; i < haps.n; i++)
		if (hap_print_json(&haps.haps[i], out) || buf_append(out, "\n", 1))
			return error_set(err, ERR_TOO_LARGE, "the answer is too large");
	return 0;
}

int render_query(const char *expr, size_t len, const char *from, const char *to, struct buf *out,
		 struct diag_list *diags, struct error *err)
{
	struct timespan span;
	struct arena arena;
	int rc = -1;
	if (render_parse_span(from, to, &span, err))
		return -1;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct pattern *p = lang_compile_pattern(&arena, expr, len, diags, err);
	if (p)
		rc = query_print(p, span, &arena, out, diags, err);
	arena_fini(&arena);
	return rc;
}
