/* From text to graph, on one screen: lex, parse, expand, resolve, check, build. */
#ifndef RENDER_COMPILE_H
#define RENDER_COMPILE_H

#include "base/arena.h"
#include "base/diag.h"
#include "render/graph/graph.h"

struct sample_bank;

struct program {
	const char *source; /* borrowed */
	size_t source_len;
	const char *canonical; /* the program printed canonically: without comments, one layout; for the hash */
	size_t canonical_len;
	const struct graph *graph;
	struct sample_bank *bank; /* that it was compiled with */
};

/* Compiles source into a (capped by the caller). bank tells which sample names exist; NULL: all do.
 * Returns NULL when diags received errors or the arena was exhausted (ERR_SOURCE, ERR_TOO_LARGE). No globals:
 * any number of threads may compile at once. */
const struct program *compile(struct arena *a, const char *source, size_t len, struct sample_bank *bank,
			      struct diag_list *diags, struct error *err) WARN_UNUSED;

#endif
