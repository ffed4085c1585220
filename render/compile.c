#include "render/compile.h"

#include "render/graph/build.h"
#include "render/graph/probe.h"
#include "render/lang/check.h"
#include "render/lang/expand.h"
#include "render/lang/parse.h"
#include "render/lang/resolve.h"
#include "render/render.h"

/* The tree printed canonically, in the arena. */
static int print_canonical(struct arena *a, const struct ast_program *tree, struct program *out)
{
	struct buf text = BUF_INIT;
	int failed = ast_print_canonical(tree, &text);

	if (!failed) {
		out->canonical = arena_strndup(a, text.data ? text.data : "", text.len);
		out->canonical_len = text.len;
		failed = out->canonical == NULL;
	}
	buf_fini(&text);
	return failed ? -1 : 0;
}

static const struct program *too_large(struct error *err)
{
	error_set(err, ERR_TOO_LARGE, "the program needs more memory to compile than is allowed");
	return NULL;
}

static const struct program *has_errors(const struct diag_list *diags, struct error *err)
{
	error_set(err, ERR_SOURCE, "the program has %zu error%s", diags->n_errors, diags->n_errors == 1 ? "" : "s");
	return NULL;
}

const struct program *compile(struct arena *a, const char *source, size_t len, struct sample_bank *bank,
			      struct diag_list *diags, struct error *err)
{
	struct program *program = ARENA_NEW(a, struct program);
	struct token_list tokens;
	struct ast_program tree;

	if (len > RENDER_SOURCE_BYTES_MAX) {
		error_set(err, ERR_TOO_LARGE, "a program has at most %u bytes, found %zu", RENDER_SOURCE_BYTES_MAX,
			  len);
		return NULL;
	}
	if (!program || lex(a, source, len, &tokens, diags) || parse_program(a, source, &tokens, &tree, diags) ||
	    print_canonical(a, &tree, program) || expand(a, &tree, diags) || resolve(a, &tree, diags))
		return too_large(err);
	check_program(&tree, diags);
	if (diags->n_errors > 0)
		return has_errors(diags, err);
	program->source = source;
	program->source_len = len;
	program->bank = bank;
	program->graph = graph_build(a, &tree, bank, diags);
	if (program->graph)
		graph_probe(program->graph, diags);
	if (!program->graph || diags->n_errors > 0)
		return has_errors(diags, err);
	return program;
}
