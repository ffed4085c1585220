/* Macros with a name: their definitions, their uses, and what is said about unknown ones. */
#include <string.h>

#include "base/hash.h"
#include "render/lang/expand_impl.h"

static const char *sigil_of(enum stmt_kind kind)
{
	switch (kind) {
	case STMT_TEMPLATE:
		return "@";
	case STMT_VARIABLE:
		return "%";
	case STMT_FUNCTION_BUS:
		return "~";
	default:
		return "";
	}
}

static struct macro **macro_slot(const struct expander *x, enum stmt_kind kind, struct text name)
{
	for (uint32_t i = (uint32_t)hash64_bytes(kind, name.at, name.len);; i++) {
		struct macro **slot = &x->slots[i & (x->n_slots - 1)];
		if (!*slot || ((*slot)->stmt->kind == kind && text_is((*slot)->name, name.at, name.len)))
			return slot;
	}
}

struct macro *macro_find(const struct expander *x, enum stmt_kind kind, struct text name)
{
	return x->n_slots ? *macro_slot(x, kind, name) : NULL;
}

bool stmt_is_macro(const struct stmt *s)
{
	return s->kind >= STMT_FUNCTION && s->kind <= STMT_VARIABLE;
}

static void check_params(struct expander *x, const struct stmt *s)
{
	for (uint32_t i = 0; i < s->n_params; i++)
		for (uint32_t k = 0; k < i; k++)
			if (text_is(s->params[i], s->params[k].at, s->params[k].len))
				diag_add(x->diags, DIAG_ERROR, "duplicate-parameter", s->head,
					 "two parameters are called '%.*s'", text_shown(s->params[i]), s->params[i].at);
}

/* More would make check_params() slow. */
enum { PARAMS_MAX = 64 };

static void define_macro(struct expander *x, const struct stmt *s)
{
	struct ast_program *program = x->program;
	struct macro **slot = macro_slot(x, s->kind, s->name);

	if (s->index)
		diag_add(x->diags, DIAG_ERROR, "misplaced-index", s->head, "a bus with parameters has no index");
	if (s->n_params > PARAMS_MAX)
		diag_add(x->diags, DIAG_ERROR, "too-many-arguments", s->head, "a function has at most %d parameters",
			 PARAMS_MAX);
	else
		check_params(x, s);
	if (*slot)
		diag_add(x->diags, DIAG_WARNING, "duplicate-definition", (*slot)->stmt->head,
			 "'%s%.*s' is defined again further down; the last definition counts", sigil_of(s->kind),
			 text_shown(s->name), s->name.at);
	else
		*slot = &program->macros[program->n_macros++];
	**slot = (struct macro){ .stmt = s, .name = s->name };
}

void macros_define(struct expander *x)
{
	struct ast_program *program = x->program;
	uint32_t n_slots = 16;

	while (n_slots < 2 * program->n_stmts)
		n_slots *= 2;
	program->macros = ARENA_ARRAY(x->arena, program->n_stmts, struct macro);
	x->slots = ARENA_ARRAY(x->arena, n_slots, struct macro *);
	x->is_exhausted |= !program->macros || !x->slots;
	if (x->is_exhausted)
		return;
	x->n_slots = n_slots;
	for (uint32_t i = 0; i < program->n_stmts; i++)
		if (stmt_is_macro(&program->stmts[i]))
			define_macro(x, &program->stmts[i]);
}

/* The body of m with arguments, which are expanded, in place of its parameters. */
static struct ast *expand_macro(struct expander *x, struct macro *m, const struct ast *use, struct ast *const *args,
				uint32_t n_args)
{
	const struct stmt *s = m->stmt;
	struct binding *bindings = ARENA_ARRAY(x->arena, s->n_params, struct binding);

	if (!bindings)
		x->is_exhausted = true;
	if (m->is_open)
		diag_add(x->diags, DIAG_ERROR, "recursive-function", use->span, "'%s%.*s' uses itself",
			 sigil_of(s->kind), text_shown(m->name), m->name.at);
	else if (n_args != s->n_params)
		diag_add(x->diags, DIAG_ERROR, n_args < s->n_params ? "missing-argument" : "too-many-arguments",
			 use->span, "'%s%.*s' takes %u argument%s, found %u", sigil_of(s->kind), text_shown(m->name),
			 m->name.at, s->n_params, s->n_params == 1 ? "" : "s", n_args);
	if (!bindings || !s->expr || m->is_open || n_args != s->n_params)
		return expand_broken(x, use);
	for (uint32_t i = 0; i < n_args; i++)
		bindings[i] = (struct binding){ s->params[i], args[i], i ? &bindings[i - 1] : NULL, NULL };
	m->is_open = true;
	struct ast *body = expand_node(x, s->expr, n_args ? &bindings[n_args - 1] : NULL);
	m->is_open = false;
	return body;
}

/* The first keyword among arguments, which macros do not take; NULL: none. */
static const struct ast *find_keyword(const struct ast *call)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD)
			return call->items[i];
	return NULL;
}

struct ast *macro_use(struct expander *x, struct macro *m, const struct ast *use, const struct binding *env,
		      struct ast *first, struct ast *last)
{
	uint32_t n = use->n_items + (first != NULL) + (last != NULL), at = 0;
	const struct ast *keyword = find_keyword(use);
	struct ast **args = expand_new_items(x, n);

	if (keyword) {
		diag_add(x->diags, DIAG_ERROR, "unknown-keyword", keyword->span,
			 "'%s%.*s' takes its arguments by position", sigil_of(m->stmt->kind), text_shown(m->name),
			 m->name.at);
		return expand_broken(x, use);
	}
	if (args && first)
		args[at++] = first;
	for (uint32_t i = 0; args && i < use->n_items; i++)
		if (!(args[at++] = expand_node(x, use->items[i], env)))
			return NULL;
	if (args && last)
		args[at] = last;
	return args ? expand_macro(x, m, use, args, n) : NULL;
}

/* --- Unknown ones ----------------------------------------------------------------------------------------------- */

enum { NAMES_MAX = 1000 };

static void suggest_macro(struct expander *x, struct diag *d, const struct ast *node, enum stmt_kind kind)
{
	const char **names = x->diags->n_errors <= DIAGS_MAX ? ARENA_ARRAY(x->arena, NAMES_MAX, const char *) : NULL;
	size_t n = 0;

	for (uint32_t i = 0; names && i < x->program->n_macros && n < NAMES_MAX; i++) {
		const struct macro *m = &x->program->macros[i];
		if (m->stmt->kind == kind)
			names[n] = arena_strndup(x->arena, m->name.at, m->name.len);
		n += m->stmt->kind == kind && names[n];
	}
	const char *near = names ? diag_nearest(node->text.at, node->text.len, names, n) : NULL;
	const char *text = near ? arena_printf(x->arena, "%s%s", sigil_of(kind), near) : NULL;
	if (text)
		diag_suggest(d, node->name_span, text);
}

struct ast *macro_use_named(struct expander *x, const struct ast *node, enum stmt_kind kind, const struct binding *env)
{
	struct macro *m = macro_find(x, kind, node->text);

	if (m)
		return macro_use(x, m, node, env, NULL, NULL);
	struct diag *d = diag_add(x->diags, DIAG_ERROR, kind == STMT_TEMPLATE ? "unknown-template" : "unknown-variable",
				  node->span, "unknown %s '%s%.*s'", kind == STMT_TEMPLATE ? "template" : "variable",
				  sigil_of(kind), text_shown(node->text), node->text.at);
	suggest_macro(x, d, node, kind);
	return expand_broken(x, node);
}

bool expand_is_bus(const struct expander *x, struct text name)
{
	for (uint32_t i = 0; i < x->program->n_stmts; i++)
		if (x->program->stmts[i].kind <= STMT_MODIFIER && text_is(x->program->stmts[i].name, name.at, name.len))
			return true;
	return false;
}

struct ast *macro_complain_use(struct expander *x, const struct ast *node)
{
	const struct ast *arg = node->items[0];
	struct diag *d;

	if (!expand_is_bus(x, node->text)) {
		d = diag_add(x->diags, DIAG_ERROR, "unknown-bus", node->name_span, "unknown bus '~%.*s'",
			     text_shown(node->text), node->text.at);
		suggest_macro(x, d, node, STMT_FUNCTION_BUS);
		return expand_broken(x, node);
	}
	d = diag_add(x->diags, DIAG_ERROR, "unexpected-token", arg->span,
		     "expected an operator: the bus '~%.*s' takes no arguments", text_shown(node->text), node->text.at);
	if (arg->kind == AST_NUMBER && arg->text.at[0] == '-')
		diag_hint(d, "to subtract, put a space after the minus: '- %.*s'", text_shown(arg->text) - 1,
			  arg->text.at + 1);
	return expand_broken(x, node);
}

/* --- Calls ------------------------------------------------------------------------------------------------------ */

static struct ast *bus_node(struct expander *x, const struct ast *like, long number)
{
	struct ast *bus = expand_clone(x, like);

	if (!bus || !expand_bus_name(x, like->text, number, &bus->text))
		return NULL;
	bus->kind = AST_BUS;
	bus->n_items = 0;
	return bus;
}

static struct ast *sum_of(struct expander *x, const struct ast *range, long from, long to)
{
	uint32_t n = (uint32_t)(to - from + 1);
	struct ast **items = expand_new_items(x, n);
	struct arith *ops = ARENA_ARRAY(x->arena, n, struct arith);

	if (!items || !ops) {
		x->is_exhausted = true;
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++) {
		items[i] = bus_node(x, range, from + (long)i);
		ops[i] = (struct arith){ ARITH_ADD, ARITH_PLAIN };
		if (!items[i])
			return NULL;
	}
	struct ast *sum = expand_fold(x, range, AST_ARITH, items, n);
	if (sum && n > 1)
		sum->ops = ops;
	return sum;
}

/* sum(~x[a..b]) */
static struct ast *expand_sum(struct expander *x, const struct ast *call, const struct binding *env)
{
	const struct ast *range = call->n_items == 1 ? call->items[0] : NULL;
	long from, to;

	if (!range || range->kind != AST_INDEX || range->n_items != 2) {
		diag_hint(diag_add(x->diags, DIAG_ERROR, "wrong-type", call->span, "'sum' takes a range of buses"),
			  "such as 'sum(~x[1..3])'; elsewhere write '~a + ~b'");
		return expand_broken(x, call);
	}
	if (!expand_whole_number(x, range->items[0], env, &from) || !expand_whole_number(x, range->items[1], env, &to))
		return expand_broken(x, call);
	if (from >= 0 && from <= to && to - from < ROUNDS_MAX)
		return sum_of(x, range, from, to);
	diag_add(x->diags, DIAG_ERROR, "out-of-range", range->span,
		 "a sum goes upwards from 0 or more over at most %d buses, found %ld..%ld", ROUNDS_MAX, from, to);
	return expand_broken(x, call);
}

struct ast *macro_expand_call(struct expander *x, const struct ast *call, const struct binding *env)
{
	const struct ast *value = expand_find_binding(env, call->text);
	struct macro *m = macro_find(x, STMT_FUNCTION, call->text);

	if (value && call->kind == AST_NAME)
		return expand_node(x, value, NULL);
	if (m && !value)
		return macro_use(x, m, call, env, NULL, NULL);
	if (call->kind == AST_CALL && text_is(call->text, "sum", 3))
		return expand_sum(x, call, env);
	struct ast *copy = expand_items(x, call, env);
	if (copy && value && value->kind == AST_NAME)
		copy->text = value->text; /* a parameter that is given a function */
	return copy;
}
