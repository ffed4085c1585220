#include "render/lang/lang.h"

#include "render/graph/build.h"
#include "render/lang/check.h"
#include "render/lang/expand.h"
#include "render/lang/parse.h"
#include "render/lang/resolve.h"

/* Tokens and trees take about 200 bytes per byte of source at worst. */
enum { DUMP_ARENA_BYTES = 256 * 1024 * 1024 };

int lang_dump_tokens(const char *source, size_t len, struct buf *out, struct diag_list *diags)
{
	struct arena a;
	struct token_list tokens;
	int failed;

	arena_init(&a, DUMP_ARENA_BYTES);
	failed = lex(&a, source, len, &tokens, diags) || token_list_print(&tokens, source, out);
	arena_fini(&a);
	return failed ? -1 : 0;
}

int lang_dump_ast(const char *source, size_t len, struct buf *out, struct diag_list *diags)
{
	struct arena a;
	struct token_list tokens;
	struct ast_program program;
	int failed;

	arena_init(&a, DUMP_ARENA_BYTES);
	failed = lex(&a, source, len, &tokens, diags) || parse_program(&a, source, &tokens, &program, diags) ||
		 ast_dump(&program, out);
	arena_fini(&a);
	return failed ? -1 : 0;
}

const struct pattern *lang_compile_pattern(struct arena *a, const char *expr, size_t len, struct diag_list *diags,
					   struct error *err)
{
	struct token_list tokens;
	struct ast_program program = { .stmts = NULL };
	struct ast *node;

	if (lex(a, expr, len, &tokens, diags)) {
		error_set(err, ERR_TOO_LARGE, "the expression needs more memory to compile than is allowed");
		return NULL;
	}
	node = parse_expression(a, expr, &tokens, &program, diags);
	if (node)
		node = expand_expression(a, &program, node, diags);
	if (node && resolve_expression(a, &program, node, diags) == 0)
		check_expression(node, diags);
	if (diags->n_errors == 0 && node) {
		const struct pattern *p = graph_build_pattern(a, &program, node, diags);
		if (p)
			return p;
	}
	error_set(err, ERR_SOURCE, "the expression has errors");
	return NULL;
}
