/* What pattern sources are by their parts, and transforms by the sections in them. */
#include "render/lang/types_impl.h"

/* --- Sources ---------------------------------------------------------------------------------------------------- */

struct part_types {
	bool has_any, are_events, are_values;
};

static void add_part(struct part_types *p, struct ast *part, unsigned depth)
{
	enum lang_type t = types_wanted(part, depth + 1);

	p->has_any = true;
	p->are_events &= t == TYPE_EVENTS;
	p->are_values &= types_is_value(t);
}

static void add_parts(struct part_types *p, const struct ast *list, enum transform_param_kind kind, unsigned depth)
{
	for (uint32_t i = 0; i < list->n_items; i++) {
		struct ast *item = list->items[i];

		if (kind == TRANSFORM_PARTS)
			add_part(p, item, depth);
		else if (source_pair_part(item, kind))
			add_part(p, source_pair_part(item, kind), depth);
		else
			p->are_events = p->are_values = false;
	}
}

struct ast *source_pair_part(const struct ast *pair, enum transform_param_kind kind)
{
	return pair->kind == AST_LIST && pair->n_items == 2 ? pair->items[kind == TRANSFORM_TIMED] : NULL;
}

enum lang_type types_source(const struct ast *call, unsigned depth)
{
	struct part_types parts = { false, true, true };

	for (uint32_t i = 0; i < call->n_items && i < call->source->n_params; i++) {
		enum transform_param_kind kind = call->source->params[i].kind;

		if (kind == TRANSFORM_PART)
			add_part(&parts, call->items[i], depth);
		else if (source_is_list(kind) && call->items[i]->kind == AST_LIST)
			add_parts(&parts, call->items[i], kind, depth);
	}
	if (!parts.has_any || parts.are_values)
		return TYPE_PATTERN;
	return parts.are_events ? TYPE_EVENTS : TYPE_BROKEN;
}

/* --- Sections --------------------------------------------------------------------------------------------------- */

static enum section_kind section_in(struct ast *node, unsigned depth);

enum section_kind types_section_within(struct ast *const *items, uint32_t n, unsigned depth)
{
	enum section_kind strongest = SECTION_NONE;

	for (uint32_t i = 0; i < n; i++) {
		enum section_kind kind = section_in(items[i], depth + 1);
		if (kind > strongest)
			strongest = kind;
	}
	return strongest;
}

static enum section_kind section_new(struct ast *node, unsigned depth)
{
	switch (node->kind) {
	case AST_SECTION:
		return types_behind(node->items[0], TYPE_EVENTS, depth + 1) == TYPE_EVENTS ? SECTION_MODIFIER
											   : SECTION_EFFECT;
	case AST_CALL:
		return node->transform ? types_section_within(node->items, node->n_items, depth) : SECTION_NONE;
	case AST_APPLY:
		return node->base == node->n_items ? types_section_within(node->items, node->n_items, depth)
						   : SECTION_NONE;
	case AST_LIST:
		return types_section_within(node->items, node->n_items, depth);
	case AST_BUS:
		return node->bus && node->bus->expr ? section_in(node->bus->expr, depth + 1) : SECTION_NONE;
	default:
		return SECTION_NONE;
	}
}

static enum section_kind section_in(struct ast *node, unsigned depth)
{
	if (node->section_kind)
		return node->section_kind;
	if (depth > TYPE_DEPTH_MAX)
		return SECTION_NONE;
	node->section_kind = SECTION_NONE; /* within its own definition */
	node->section_kind = (unsigned char)section_new(node, depth);
	return node->section_kind;
}
