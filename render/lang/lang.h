/* The language's door: what the rest of render/ asks for beside compile(). */
#ifndef RENDER_LANG_LANG_H
#define RENDER_LANG_LANG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "render/pattern/pattern.h"

/* The tokens or the tree of a program as text for people and golden tests, as far as they can be read; complaints go to
 * diags. -1 when out is full or memory is short. */
int lang_dump_tokens(const char *source, size_t len, struct buf *out, struct diag_list *diags) WARN_UNUSED;
int lang_dump_ast(const char *source, size_t len, struct buf *out, struct diag_list *diags) WARN_UNUSED;

/* A program in canonical layout: render_format() has the contract. */
int lang_format(const char *source, size_t len, struct buf *out, struct diag_list *diags,
		struct error *err) WARN_UNUSED;

/* The pattern of an expression such as `"bd(3,8)" $ fast 2` or `s "bd" # gain 0.5`. NULL with ERR_SOURCE when diags
 * received errors, with ERR_TOO_LARGE when the arena is exhausted. expr must live as long as the pattern. */
const struct pattern *lang_compile_pattern(struct arena *a, const char *expr, size_t len, struct diag_list *diags,
					   struct error *err) WARN_UNUSED;

#endif
