#include "render/lang/resolve.h"

#include <string.h>

#include "base/hash.h"
#include "render/lang/form.h"
#include "render/lang/synth.h"
#include "render/lang/types.h"
#include "render/lang/unknown.h"

struct resolver {
	struct arena *arena;
	struct ast_program *program;
	struct diag_list *diags;
	uint32_t n_ids;
	bool is_exhausted;
};

/* Buses that lead to buses: longer paths are no transform. Bounds the recursion of ast_is_transform(). */
enum { TRANSFORM_BUS_DEPTH_MAX = 32 };

/* --- Buses ------------------------------------------------------------------------------------------------------ */

static const struct bus **bus_slot(const struct ast_program *program, const char *name, size_t len)
{
	uint32_t i = (uint32_t)hash64_bytes(0, name, len);

	for (;; i++) {
		const struct bus **slot = &program->slots[i & (program->n_slots - 1)];
		if (!*slot || text_is((*slot)->key, name, len))
			return slot;
	}
}

const struct bus *ast_find_bus(const struct ast_program *program, const char *name, size_t len)
{
	return program->n_slots ? *bus_slot(program, name, len) : NULL;
}

static bool is_bus_stmt(const struct stmt *s)
{
	return s->kind == STMT_BUS || s->kind == STMT_MODIFIER;
}

static void define_bus(struct resolver *r, const struct stmt *s)
{
	struct ast_program *program = r->program;
	const struct bus **slot = bus_slot(program, s->name.at, s->name.len);
	struct bus *bus = &program->buses[*slot ? (*slot)->idx : program->n_buses];

	if (*slot) {
		diag_add(r->diags, DIAG_WARNING, "duplicate-bus", bus->stmt->head,
			 "'%.40s' is defined again further down; the last definition counts", bus->name);
	} else {
		bus->idx = program->n_buses++;
		bus->key = s->name;
		bus->name = arena_printf(r->arena, "~%.*s", (int)s->name.len, s->name.at);
		r->is_exhausted |= !bus->name;
		*slot = bus;
	}
	bus->stmt = s;
	bus->expr = s->expr;
}

static void define_buses(struct resolver *r)
{
	struct ast_program *program = r->program;
	uint32_t n_slots = 16;

	while (n_slots < 2 * program->n_stmts)
		n_slots *= 2;
	program->buses = ARENA_ARRAY(r->arena, program->n_stmts, struct bus);
	program->slots = ARENA_ARRAY(r->arena, n_slots, const struct bus *);
	if (!program->buses || !program->slots) {
		r->is_exhausted = true;
		return;
	}
	program->n_slots = n_slots;
	for (uint32_t i = 0; i < program->n_stmts && !r->is_exhausted; i++)
		if (is_bus_stmt(&program->stmts[i]))
			define_bus(r, &program->stmts[i]);
}

/* --- Names ------------------------------------------------------------------------------------------------------ */

static void resolve_name(struct ast *node)
{
	node->def = node_find(node->text.at, node->text.len);
	node->transform = transform_find(node->text.at, node->text.len);
	node->source = source_find(node->text.at, node->text.len);
}

/* --- Operands of `$` -------------------------------------------------------------------------------------------- */

static uint32_t positional_count(const struct ast *call)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < call->n_items; i++)
		n += call->items[i]->kind != AST_KEYWORD;
	return n;
}

/* Complained about: as an operand of `$` it is taken for a transform, so that nothing more is said about it. */
static bool is_unknown(const struct ast *node)
{
	return !node->def && !node->transform && !node->source;
}

static bool is_transform_within(const struct ast *node, unsigned depth)
{
	switch (node->kind) {
	case AST_NAME:
		return node->transform || is_unknown(node);
	case AST_CALL:
		if (is_unknown(node))
			return true;
		/* One argument more than the transform takes is the pattern: `rev "a b"`. */
		return node->transform && positional_count(node) != node->transform->n_params + 1;
	case AST_SECTION:
	case AST_OPERATE:
	case AST_BROKEN:
		return true;
	case AST_APPLY:
		return node->base == node->n_items;
	case AST_BUS:
		return node->bus && node->bus->expr && depth < TRANSFORM_BUS_DEPTH_MAX &&
		       is_transform_within(node->bus->expr, depth + 1);
	default:
		return false;
	}
}

bool ast_is_transform(const struct ast *node)
{
	return is_transform_within(node, 0);
}

static bool takes_input(const struct ast *node)
{
	for (unsigned p = 0; node->def && p < node->def->n_params; p++)
		if (node->def->params[p].flags & PARAM_INPUT)
			return true;
	return node->def && node->def->is_modifier;
}

static struct ast *node_like(struct resolver *r, enum ast_kind kind, const struct ast *from, struct ast **items,
			     uint32_t n)
{
	struct ast *node = ARENA_NEW(r->arena, struct ast);

	if (!node || !items) {
		r->is_exhausted = true;
		return NULL;
	}
	*node = *from;
	node->kind = kind;
	node->items = items;
	node->n_items = n;
	return node;
}

/* `f a $ x`: an effect takes x as its input, any other function as its last argument. */
static struct ast *call_with(struct resolver *r, struct ast *f, struct ast *x)
{
	struct ast **items = ARENA_ARRAY(r->arena, f->n_items + 2, struct ast *);
	struct ast *node;

	if (takes_input(f)) {
		node = node_like(r, AST_CHAIN, f, items, 2);
		if (!node)
			return NULL;
		items[0] = x;
		items[1] = f;
		node->text.len = 0;
	} else {
		node = node_like(r, AST_CALL, f, items, f->n_items + 1);
		if (!node)
			return NULL;
		if (f->n_items)
			memcpy(items, f->items, f->n_items * sizeof(items[0]));
		items[f->n_items] = x;
		resolve_name(node);
		ast_choose_form(node);
	}
	node->span = span_join(f->span, x->span);
	return node;
}

static uint32_t last_value(const struct ast *node, uint32_t end)
{
	for (uint32_t i = end; i > 0; i--)
		if (!ast_is_transform(node->items[i - 1]))
			return i - 1;
	return end;
}

static bool is_function(const struct ast *node)
{
	return (node->kind == AST_NAME || node->kind == AST_CALL) && (node->def || node->source);
}

/* Operands before the base that are functions swallow what is right of them: f $ t $ x is f (t $ x). */
static void sort_apply(struct resolver *r, struct ast *node)
{
	uint32_t base = last_value(node, node->n_items);

	/* `fast 2 $ chord "maj"`: where nothing else can be the pattern, a source is, even if it is a transform too. */
	if (base == node->n_items && node->items[base - 1]->source)
		base--;
	if (base == node->n_items) {
		node->base = base;
		return;
	}
	for (uint32_t f = last_value(node, base); f < base && !r->is_exhausted; f = last_value(node, base)) {
		if (!is_function(node->items[f])) {
			diag_hint(diag_add(r->diags, DIAG_ERROR, "not-a-transform", node->items[f]->span,
					   "expected a transform or a function before '$'"),
				  "'$' applies a transform such as 'fast 2' to a pattern");
			return;
		}
		struct ast *rest = node->items[base];
		if (node->n_items > f + 2) {
			rest = node_like(r, AST_APPLY, node, node->items + f + 1, node->n_items - f - 1);
			if (!rest)
				return;
			rest->span = span_join(node->items[f + 1]->span, rest->span);
			rest->base = base - f - 1;
		}
		/* The operands up to f live on in a new array: rest keeps the old one. */
		struct ast **items = arena_grow_array(r->arena, node->items, f, f + 1, sizeof(*items));
		struct ast *call = call_with(r, node->items[f], rest);
		if (!items || !call) {
			r->is_exhausted = true;
			return;
		}
		items[f] = call;
		node->items = items;
		node->n_items = f + 1;
		base = f;
	}
	node->base = base;
}

/* --- The walk --------------------------------------------------------------------------------------------------- */

static void resolve_bus(struct resolver *r, struct ast *node)
{
	const struct bus *bus = ast_find_bus(r->program, node->text.at, node->text.len);

	if (bus)
		node->bus = &r->program->buses[bus->idx];
	else
		unknown_bus(r->arena, r->program, node, r->diags);
}

/* Strings that are names of a parameter's own, such as "up&down", before they are taken for mini-notation. A name of
 * both a source and a transform takes the same ones. */
static void bind_parameter_names(struct resolver *r, struct ast *call)
{
	const struct transform_param *params = call->transform ? call->transform->params : call->source->params;
	unsigned n_params = call->transform ? call->transform->n_params : call->source->n_params, p = 0;

	for (uint32_t i = 0; i < call->n_items && p < n_params; i++) {
		struct ast *arg = call->items[i];

		if (arg->kind == AST_KEYWORD)
			continue;
		if (arg->kind == AST_STRING && params[p].kind == TRANSFORM_NAME)
			arg->pattern = transform_parse_names(r->arena, &params[p], arg->text.at, arg->text.len,
							     arg->span.start + 1, r->diags);
		p++;
	}
}

static void bind_names(struct resolver *r, struct ast *node)
{
	if (node->kind == AST_NAME || node->kind == AST_CALL)
		resolve_name(node);
	if ((node->kind == AST_NAME || node->kind == AST_CALL) && is_unknown(node))
		unknown_function(r->arena, r->program, node, r->diags);
	if (node->kind == AST_CALL && (node->transform || node->source))
		bind_parameter_names(r, node);
	if (node->kind == AST_BUS)
		resolve_bus(r, node);
	else if (node->kind == AST_STRING && !node->pattern)
		node->pattern = pattern_from_mini_named(r->arena, node->text.at, node->text.len, node->span.start + 1,
							node->names, r->diags);
	node->id = ++r->n_ids;
	for (uint32_t i = 0; i < node->n_items; i++)
		bind_names(r, node->items[i]);
	if (node->kind == AST_NAME || node->kind == AST_CALL)
		ast_choose_form(node);
}

/* --- Operands of `#` -------------------------------------------------------------------------------------------- */

static bool is_literal_value(const struct ast *node)
{
	if (node->kind == AST_APPLY && node->base < node->n_items)
		node = node->items[node->base];
	return node->kind == AST_NUMBER || node->kind == AST_STRING;
}

/* `"110 220" # pulse 0.3`: a value before a function without an input is its first argument. A signal there is taken for
 * a mistake, for `saw 55 # sine 440` would be heard as neither. */
static void pass_value(struct resolver *r, struct ast *chain)
{
	struct ast *x = chain->items[0], *f = chain->items[1];
	bool is_call = f->kind == AST_NAME || f->kind == AST_CALL;

	if (!is_call || !f->def || !f->def->process || f->def->n_params == 0 || takes_input(f) || !is_literal_value(x))
		return;
	struct ast **items = ARENA_ARRAY(r->arena, f->n_items + 1, struct ast *);
	struct ast *call = node_like(r, AST_CALL, f, items, f->n_items + 1);
	if (!call)
		return;
	items[0] = x;
	for (uint32_t i = 0; i < f->n_items; i++)
		items[i + 1] = f->items[i];
	resolve_name(call);
	ast_choose_form(call);
	call->span = span_join(x->span, f->span);
	if (chain->n_items == 2) {
		*chain = *call;
		return;
	}
	chain->items[1] = call;
	chain->items++;
	chain->n_items--;
}

/* `# legato 2 $ rev`: behind `#` a modifier is what the rest transforms, even if it is a transform too. */
static void sort_links(struct ast *node)
{
	for (uint32_t i = node->kind == AST_CHAIN ? 1 : 0; i < node->n_items; i++) {
		struct ast *link = node->items[i];
		if (link->kind != AST_APPLY || link->base < link->n_items)
			continue;
		const struct ast *first = link->items[0];
		if ((first->kind == AST_NAME || first->kind == AST_CALL) && first->def && first->def->is_modifier)
			link->base = 0;
	}
}

/* Inner ones first: an outer `$` asks what its operands are. */
static void sort_applies(struct resolver *r, struct ast *node)
{
	for (uint32_t i = 0; i < node->n_items; i++)
		sort_applies(r, node->items[i]);
	if (node->kind == AST_APPLY)
		sort_apply(r, node);
	else if (node->kind == AST_CHAIN || node->kind == AST_SECTION)
		sort_links(node);
	if (node->kind == AST_CHAIN)
		pass_value(r, node);
	if (node->kind == AST_CALL)
		synth_choose(node);
}

/* `range` is a transform of patterns and a function of signals: what it is applied to says which. */
static void choose_meaning(struct ast *node)
{
	bool is_pair = node->kind == AST_APPLY && node->n_items == 2 && node->base < 2;
	struct ast *f = is_pair ? node->items[1 - node->base] : node;
	struct ast *x = is_pair ? node->items[node->base] : node->n_items ? node->items[node->n_items - 1] : NULL;

	if (f->kind != AST_CALL || !f->def || !f->transform || !takes_input(f) || !x)
		return;
	if (positional_count(f) != f->transform->n_params + !is_pair || type_of(x) != TYPE_SIGNAL ||
	    type_wanted(x) == TYPE_PATTERN)
		return;
	f->transform = NULL;
	if (is_pair) {
		node->items[0] = x;
		node->items[1] = f;
		node->kind = AST_CHAIN;
		node->text.len = 0;
	}
}

/* Inner ones first: an outer one asks for the type of what is inside it. */
static void choose_meanings(struct ast *node)
{
	for (uint32_t i = 0; i < node->n_items; i++)
		choose_meanings(node->items[i]);
	choose_meaning(node);
}

/* A lone tower of transforms must be known as one before a `$` elsewhere asks about the bus that holds it. */
static void mark_towers(struct ast_program *program)
{
	for (uint32_t i = 0; i < program->n_buses; i++) {
		struct ast *expr = program->buses[i].expr;
		if (expr && expr->kind == AST_APPLY && last_value(expr, expr->n_items) == expr->n_items)
			expr->base = expr->n_items;
	}
}

int resolve(struct arena *a, struct ast_program *program, struct diag_list *diags)
{
	struct resolver r = { .arena = a, .program = program, .diags = diags };

	define_buses(&r);
	if (r.is_exhausted)
		return -1;
	for (uint32_t i = 0; i < program->n_stmts; i++)
		if (program->stmts[i].expr)
			bind_names(&r, program->stmts[i].expr);
	mark_towers(program);
	for (uint32_t i = 0; i < program->n_stmts; i++)
		if (program->stmts[i].expr)
			sort_applies(&r, program->stmts[i].expr);
	for (uint32_t i = 0; i < program->n_stmts && !r.is_exhausted; i++)
		if (program->stmts[i].expr)
			choose_meanings(program->stmts[i].expr);
	return r.is_exhausted ? -1 : 0;
}

int resolve_expression(struct arena *a, struct ast_program *program, struct ast *expr, struct diag_list *diags)
{
	struct resolver r = { .arena = a, .program = program, .diags = diags };

	bind_names(&r, expr);
	sort_applies(&r, expr);
	choose_meanings(expr);
	return r.is_exhausted ? -1 : 0;
}
