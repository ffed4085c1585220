/* What types.c and types_part.c share. Depths bound the recursion. */
#ifndef RENDER_LANG_TYPES_IMPL_H
#define RENDER_LANG_TYPES_IMPL_H

#include "render/lang/types.h"

/* Expressions and buses within one another; more than a person follows, and far less than a thread's stack. Deeper ones
 * count as signals, and the builder, which has the same limit, complains. */
enum { TYPE_DEPTH_MAX = 4000 };

static inline bool types_is_value(enum lang_type t)
{
	return t == TYPE_NUMBER || t == TYPE_PATTERN;
}

/* --- types.c: type_of(), type_wanted() and type_behind() at a depth. */
enum lang_type types_alone(struct ast *node, unsigned depth);
enum lang_type types_wanted(struct ast *node, unsigned depth);
enum lang_type types_behind(struct ast *node, enum lang_type input, unsigned depth);

/* --- types_part.c */

/* A call of a source: what its parts are; without parts a pattern. */
enum lang_type types_source(const struct ast *call, unsigned depth);

/* What sections there are in a transform, the strongest: of modifiers of events, which are effects on signals only, or
 * such that make a signal of events too. */
enum section_kind { SECTION_UNKNOWN, SECTION_NONE, SECTION_MODIFIER, SECTION_EFFECT };
enum section_kind types_section_within(struct ast *const *items, uint32_t n, unsigned depth);

#endif
