/* Edits: from old forms to current ones. The parser notes them as it meets old forms; diagnostics show them one by one,
 * the formatter makes them all. */
#include <stdlib.h>
#include <string.h>

#include "render/lang/ast.h"

/* By place; at one place insertions stand in the order they were noted, before what is replaced. */
struct placed {
	const struct edit *edit;
};

static int compare_edits(const void *a, const void *b)
{
	const struct edit *x = ((const struct placed *)a)->edit, *y = ((const struct placed *)b)->edit;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if ((x->len == 0) != (y->len == 0))
		return x->len == 0 ? -1 : 1;
	return (x > y) - (x < y);
}

static int apply_sorted(const struct placed *edits, size_t n, const char *source, uint32_t start, uint32_t end,
			struct buf *out)
{
	uint32_t at = start;

	for (size_t i = 0; i < n; i++) {
		const struct edit *e = edits[i].edit;
		if (buf_append(out, source + at, e->at - at) || buf_append(out, e->text, strlen(e->text)))
			return -1;
		at = e->at + e->len;
	}
	return buf_append(out, source + at, end - at);
}

/* The parser notes an edit when the form is complete, inner ones first, so those of an expression are the last: going
 * backwards finds them without a look at the whole list. */
int edits_apply(const struct ast_program *program, const char *source, uint32_t start, uint32_t end, struct buf *out)
{
	struct placed *edits = malloc((program->n_edits + 1) * sizeof(*edits));
	size_t n = 0;

	if (!edits)
		return -1;
	for (uint32_t i = program->n_edits; i > 0; i--) {
		const struct edit *e = &program->edits[i - 1];
		if (e->at < start)
			break;
		if (e->at + e->len <= end)
			edits[n++].edit = e;
	}
	qsort(edits, n, sizeof(*edits), compare_edits);
	int failed = apply_sorted(edits, n, source, start, end, out);
	free(edits);
	return failed;
}
