/* Macros.
 *
 * One walk copies the tree and replaces on the way what is a macro. Arguments are expanded where they are written, then
 * copied into the body for every use of the parameter: names in them mean what they mean at the call. A macro that is
 * being expanded cannot be used again, so every expansion ends; AST_NODES_MAX bounds what macros that use each other
 * twice can grow to. */
#include "render/lang/expand.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "render/lang/constant.h"

enum {
	/* Nodes within one another: about 250 bytes of stack each, here and in the walks over the result. */
	EXPAND_DEPTH_MAX = 2000,
	/* Rounds of a loop, and buses of a sum. */
	ROUNDS_MAX = 1000,
	/* Statements of the expanded program. */
	STMTS_MAX = 20000,
};

/* A name and the tree that it stands for, which has no macros left. */
struct binding {
	struct text name;
	const struct ast *value;
	const struct binding *outer;
};

struct expander {
	struct arena *arena;
	struct ast_program *program;
	struct diag_list *diags;
	struct macro **slots; /* hash table over the program's macros, open addressing */
	uint32_t n_slots;
	unsigned depth;
	bool is_too_large; /* complained about */
	bool is_exhausted;
};

static struct ast *expand_node(struct expander *x, const struct ast *node, const struct binding *env);

static int shown(struct text t)
{
	return t.len > 40 ? 40 : (int)t.len;
}

/* --- Nodes --------------------------------------------------------------------------------------------------------- */

static struct ast *clone(struct expander *x, const struct ast *node)
{
	if (++x->program->n_nodes > AST_NODES_MAX && !x->is_too_large) {
		diag_add(x->diags, DIAG_ERROR, "program-too-large", node->span,
			 "with its functions and loops the program has more than %u parts", AST_NODES_MAX);
		x->is_too_large = true;
	}
	struct ast *copy = x->is_too_large ? NULL : ARENA_NEW(x->arena, struct ast);
	if (!copy) {
		x->is_exhausted |= !x->is_too_large;
		return NULL;
	}
	*copy = *node;
	return copy;
}

static struct ast *broken(struct expander *x, const struct ast *node)
{
	struct ast *copy = clone(x, node);

	if (copy) {
		copy->kind = AST_BROKEN;
		copy->n_items = 0;
	}
	return copy;
}

static struct ast **new_items(struct expander *x, size_t n)
{
	struct ast **items = ARENA_ARRAY(x->arena, n, struct ast *);
	x->is_exhausted |= !items;
	return items;
}

/* A node of that kind over items; of one item, the item itself. */
static struct ast *fold(struct expander *x, const struct ast *like, enum ast_kind kind, struct ast **items, uint32_t n)
{
	if (n == 1)
		return items[0];
	struct ast *node = clone(x, like);
	if (!node)
		return NULL;
	node->kind = kind;
	node->items = items;
	node->n_items = n;
	node->span = (struct span){ items[0]->span.start, items[n - 1]->span.end };
	return node;
}

/* The node with its items expanded. */
static struct ast *expand_items(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast *copy = clone(x, node);
	struct ast **items = copy ? new_items(x, node->n_items) : NULL;

	if (!items)
		return NULL;
	for (uint32_t i = 0; i < node->n_items; i++)
		if (!(items[i] = expand_node(x, node->items[i], env)))
			return NULL;
	copy->items = items;
	return copy;
}

static const struct ast *find_binding(const struct binding *env, struct text name)
{
	for (; env; env = env->outer)
		if (text_is(env->name, name.at, name.len))
			return env->value;
	return NULL;
}

/* --- Numbers ----------------------------------------------------------------------------------------------------- */

/* The whole number that an index or bound is; false with a complaint. */
static bool whole_number(struct expander *x, const struct ast *node, const struct binding *env, long *out)
{
	struct ast *value = expand_node(x, node, env);
	double number;

	if (!value)
		return false;
	if (value->kind == AST_BROKEN)
		return false;
	if (ast_constant(value, &number) && number == floor(number) && fabs(number) <= 1e6) {
		*out = (long)number;
		return true;
	}
	diag_hint(diag_add(x->diags, DIAG_ERROR, "not-constant", node->span,
			   "expected a whole number that is known when the program is read"),
		  "such as 3, or 'i + 1' in a loop over i");
	return false;
}

static bool bus_name(struct expander *x, struct text name, long number, struct text *out)
{
	char *text = arena_printf(x->arena, "%.*s%ld", (int)name.len, name.at, number);

	x->is_exhausted |= !text;
	*out = (struct text){ text, text ? (uint32_t)strlen(text) : 0 };
	return text != NULL;
}

/* The bus that `~name[index]` means; false with a complaint. */
static bool indexed_name(struct expander *x, struct text name, const struct ast *index, const struct binding *env,
			 struct text *out)
{
	long number;

	if (!whole_number(x, index, env, &number))
		return false;
	if (number >= 0)
		return bus_name(x, name, number, out);
	diag_add(x->diags, DIAG_ERROR, "out-of-range", index->span, "an index cannot be negative, found %ld", number);
	return false;
}

static struct ast *expand_index(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast *bus = clone(x, node);

	if (node->n_items > 1) {
		diag_hint(diag_add(x->diags, DIAG_ERROR, "misplaced-range", node->span, "a range of buses is no value"),
			  "write 'sum(~%.*s[…])'", shown(node->text), node->text.at);
		return broken(x, node);
	}
	if (!bus || !indexed_name(x, node->text, node->items[0], env, &bus->text))
		return broken(x, node);
	bus->kind = AST_BUS;
	bus->n_items = 0;
	return bus;
}

/* --- Macros --------------------------------------------------------------------------------------------------------- */

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

static struct macro *find_macro(const struct expander *x, enum stmt_kind kind, struct text name)
{
	return x->n_slots ? *macro_slot(x, kind, name) : NULL;
}

static bool is_macro(const struct stmt *s)
{
	return s->kind >= STMT_FUNCTION && s->kind <= STMT_VARIABLE;
}

static void check_params(struct expander *x, const struct stmt *s)
{
	for (uint32_t i = 0; i < s->n_params; i++)
		for (uint32_t k = 0; k < i; k++)
			if (text_is(s->params[i], s->params[k].at, s->params[k].len))
				diag_add(x->diags, DIAG_ERROR, "duplicate-parameter", s->head,
					 "two parameters are called '%.*s'", shown(s->params[i]), s->params[i].at);
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
			 shown(s->name), s->name.at);
	else
		*slot = &program->macros[program->n_macros++];
	**slot = (struct macro){ .stmt = s, .name = s->name };
}

static void define_macros(struct expander *x)
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
		if (is_macro(&program->stmts[i]))
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
			 sigil_of(s->kind), shown(m->name), m->name.at);
	else if (n_args != s->n_params)
		diag_add(x->diags, DIAG_ERROR, n_args < s->n_params ? "missing-argument" : "too-many-arguments",
			 use->span, "'%s%.*s' takes %u argument%s, found %u", sigil_of(s->kind), shown(m->name),
			 m->name.at, s->n_params, s->n_params == 1 ? "" : "s", n_args);
	if (!bindings || !s->expr || m->is_open || n_args != s->n_params)
		return broken(x, use);
	for (uint32_t i = 0; i < n_args; i++)
		bindings[i] = (struct binding){ s->params[i], args[i], i ? &bindings[i - 1] : NULL };
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

/* A use of m with one more argument in front (`x # f a`), behind (`f a $ x`), or none. */
static struct ast *expand_use(struct expander *x, struct macro *m, const struct ast *use, const struct binding *env,
			      struct ast *first, struct ast *last)
{
	uint32_t n = use->n_items + (first != NULL) + (last != NULL), at = 0;
	const struct ast *keyword = find_keyword(use);
	struct ast **args = new_items(x, n);

	if (keyword) {
		diag_add(x->diags, DIAG_ERROR, "unknown-keyword", keyword->span,
			 "'%s%.*s' takes its arguments by position", sigil_of(m->stmt->kind), shown(m->name),
			 m->name.at);
		return broken(x, use);
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

/* --- Unknown ones ------------------------------------------------------------------------------------------------- */

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

static struct ast *expand_named(struct expander *x, const struct ast *node, enum stmt_kind kind,
				const struct binding *env)
{
	struct macro *m = find_macro(x, kind, node->text);

	if (m)
		return expand_use(x, m, node, env, NULL, NULL);
	struct diag *d = diag_add(x->diags, DIAG_ERROR, kind == STMT_TEMPLATE ? "unknown-template" : "unknown-variable",
				  node->span, "unknown %s '%s%.*s'", kind == STMT_TEMPLATE ? "template" : "variable",
				  sigil_of(kind), shown(node->text), node->text.at);
	suggest_macro(x, d, node, kind);
	return broken(x, node);
}

static bool is_bus(const struct expander *x, struct text name)
{
	for (uint32_t i = 0; i < x->program->n_stmts; i++)
		if (x->program->stmts[i].kind <= STMT_MODIFIER && text_is(x->program->stmts[i].name, name.at, name.len))
			return true;
	return false;
}

/* `~name a b` of what is no function bus. */
static struct ast *complain_use(struct expander *x, const struct ast *node)
{
	const struct ast *arg = node->items[0];
	struct diag *d;

	if (!is_bus(x, node->text)) {
		d = diag_add(x->diags, DIAG_ERROR, "unknown-bus", node->name_span, "unknown bus '~%.*s'",
			     shown(node->text), node->text.at);
		suggest_macro(x, d, node, STMT_FUNCTION_BUS);
		return broken(x, node);
	}
	d = diag_add(x->diags, DIAG_ERROR, "unexpected-token", arg->span,
		     "expected an operator: the bus '~%.*s' takes no arguments", shown(node->text), node->text.at);
	if (arg->kind == AST_NUMBER && arg->text.at[0] == '-')
		diag_hint(d, "to subtract, put a space after the minus: '- %.*s'", shown(arg->text) - 1,
			  arg->text.at + 1);
	return broken(x, node);
}

/* --- Calls ----------------------------------------------------------------------------------------------------------- */

static struct ast *bus_node(struct expander *x, const struct ast *like, long number)
{
	struct ast *bus = clone(x, like);

	if (!bus || !bus_name(x, like->text, number, &bus->text))
		return NULL;
	bus->kind = AST_BUS;
	bus->n_items = 0;
	return bus;
}

static struct ast *sum_of(struct expander *x, const struct ast *range, long from, long to)
{
	uint32_t n = (uint32_t)(to - from + 1);
	struct ast **items = new_items(x, n);
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
	struct ast *sum = fold(x, range, AST_ARITH, items, n);
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
		return broken(x, call);
	}
	if (!whole_number(x, range->items[0], env, &from) || !whole_number(x, range->items[1], env, &to))
		return broken(x, call);
	if (from >= 0 && from <= to && to - from < ROUNDS_MAX)
		return sum_of(x, range, from, to);
	diag_add(x->diags, DIAG_ERROR, "out-of-range", range->span,
		 "a sum goes upwards from 0 or more over at most %d buses, found %ld..%ld", ROUNDS_MAX, from, to);
	return broken(x, call);
}

static struct ast *expand_call(struct expander *x, const struct ast *call, const struct binding *env)
{
	const struct ast *value = find_binding(env, call->text);
	struct macro *m = find_macro(x, STMT_FUNCTION, call->text);

	if (value && call->kind == AST_NAME)
		return expand_node(x, value, NULL);
	if (m && !value)
		return expand_use(x, m, call, env, NULL, NULL);
	if (call->kind == AST_CALL && text_is(call->text, "sum", 3))
		return expand_sum(x, call, env);
	struct ast *copy = expand_items(x, call, env);
	if (copy && value && value->kind == AST_NAME)
		copy->text = value->text; /* a parameter that is given a function */
	return copy;
}

/* --- Conditions ---------------------------------------------------------------------------------------------------- */

static bool compare(enum compare_op op, double a, double b)
{
	switch (op) {
	case COMPARE_EQUAL:
		return a == b;
	case COMPARE_UNEQUAL:
		return a != b;
	case COMPARE_LESS:
		return a < b;
	case COMPARE_GREATER:
		return a > b;
	case COMPARE_AT_MOST:
		return a <= b;
	case COMPARE_AT_LEAST:
		return a >= b;
	}
	return false;
}

static struct ast *expand_condition(struct expander *x, const struct ast *node, const struct binding *env)
{
	double sides[2];

	for (int i = 0; i < 2; i++) {
		struct ast *side = expand_node(x, node->items[i], env);
		if (!side || side->kind == AST_BROKEN)
			return side;
		if (ast_constant(side, &sides[i]))
			continue;
		diag_hint(diag_add(x->diags, DIAG_ERROR, "not-constant", node->items[i]->span,
				   "expected a number that is known when the program is read"),
			  "'if … then … else' chooses once, before anything sounds");
		return broken(x, node);
	}
	return expand_node(x, node->items[compare(node->compare, sides[0], sides[1]) ? 2 : 3], env);
}

/* --- `$` and `#` ---------------------------------------------------------------------------------------------------- */

/* The function that node calls with one argument fewer than it takes: the operator gives it. */
static struct macro *find_incomplete(const struct expander *x, const struct ast *node, const struct binding *env)
{
	struct macro *m = NULL;

	if ((node->kind == AST_NAME || node->kind == AST_CALL) && !find_binding(env, node->text))
		m = find_macro(x, STMT_FUNCTION, node->text);
	else if (node->kind == AST_BUS || node->kind == AST_USE)
		m = find_macro(x, STMT_FUNCTION_BUS, node->text);
	return m && node->n_items + 1 == m->stmt->n_params ? m : NULL;
}

/* `tap` records for its author while a performance runs. */
static bool is_probe(const struct expander *x, const struct ast *node)
{
	bool is_named = (node->kind == AST_NAME || node->kind == AST_CALL) &&
			(text_is(node->text, "tap", 3) || text_is(node->text, "probe", 5));

	return is_named && !find_macro(x, STMT_FUNCTION, node->text);
}

static struct ast *expand_chain(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast **items = new_items(x, node->n_items);
	uint32_t n = 0;

	for (uint32_t i = 0; items && i < node->n_items; i++) {
		const struct ast *item = node->items[i];
		struct macro *m = n ? find_incomplete(x, item, env) : NULL;
		if (n && is_probe(x, item)) {
			diag_add(x->diags, DIAG_WARNING, "live-only", item->span,
				 "'%.*s' records a live performance and has no effect on a render", shown(item->text),
				 item->text.at);
			continue;
		}
		struct ast *before = m ? fold(x, node, AST_CHAIN, items, n) : NULL;
		if (m) {
			items = new_items(x, node->n_items);
			n = 0;
		}
		struct ast *next = m ? expand_use(x, m, item, env, before, NULL) : expand_node(x, item, env);
		if (!items || !next || (m && !before))
			return NULL;
		items[n++] = next;
	}
	return items ? fold(x, node, AST_CHAIN, items, n) : NULL;
}

/* Whether the pattern of `a $ b $ c` stands first: when the last operand is surely a transform. */
static bool is_postfix(const struct expander *x, const struct ast *node, const struct binding *env)
{
	const struct ast *last = node->items[node->n_items - 1];

	if (last->kind == AST_SECTION || find_incomplete(x, last, env))
		return true;
	return (last->kind == AST_NAME || last->kind == AST_CALL) && transform_find(last->text.at, last->text.len);
}

/* The operands from `from` on as one. */
static struct ast *expand_apply(struct expander *x, const struct ast *node, uint32_t from, const struct binding *env)
{
	bool postfix = is_postfix(x, node, env);
	struct ast **items = new_items(x, node->n_items);
	uint32_t n = 0;

	for (uint32_t i = from; items && i < node->n_items; i++) {
		const struct ast *item = node->items[i];
		struct macro *m = node->n_items > from + 1 ? find_incomplete(x, item, env) : NULL;
		bool takes_left = m && postfix && n > 0, takes_right = m && !postfix && i + 1 < node->n_items;
		struct ast *other =
			takes_left ? fold(x, node, AST_APPLY, items, n)
			: takes_right
				? expand_node(x, fold(x, node, AST_APPLY, node->items + i + 1, node->n_items - i - 1),
					      env)
				: NULL;
		if ((takes_left || takes_right) && !other)
			return NULL;
		if (takes_left) {
			items = new_items(x, node->n_items);
			n = 0;
		}
		struct ast *next = other ? expand_use(x, m, item, env, NULL, other) : expand_node(x, item, env);
		if (!items || !next)
			return NULL;
		items[n++] = next;
		if (takes_right)
			break;
	}
	return items ? fold(x, node, AST_APPLY, items, n) : NULL;
}

/* --- The walk -------------------------------------------------------------------------------------------------------- */

static struct ast *expand_kind(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct macro *m;

	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		return expand_call(x, node, env);
	case AST_TEMPLATE:
		return expand_named(x, node, STMT_TEMPLATE, env);
	case AST_VARIABLE:
		return expand_named(x, node, STMT_VARIABLE, env);
	case AST_USE:
		m = find_macro(x, STMT_FUNCTION_BUS, node->text);
		return m ? expand_use(x, m, node, env, NULL, NULL) : complain_use(x, node);
	case AST_BUS:
		m = find_macro(x, STMT_FUNCTION_BUS, node->text);
		return m && !is_bus(x, node->text) ? expand_use(x, m, node, env, NULL, NULL) : clone(x, node);
	case AST_INDEX:
		return expand_index(x, node, env);
	case AST_IF:
		return expand_condition(x, node, env);
	case AST_CHAIN:
		return expand_chain(x, node, env);
	case AST_APPLY:
		return expand_apply(x, node, 0, env);
	default:
		return expand_items(x, node, env);
	}
}

static struct ast *expand_node(struct expander *x, const struct ast *node, const struct binding *env)
{
	if (x->is_too_large || x->is_exhausted)
		return NULL;
	if (x->depth == EXPAND_DEPTH_MAX) {
		diag_add(x->diags, DIAG_ERROR, "nested-too-deep", node->span,
			 "functions lead to functions more than %d levels deep", EXPAND_DEPTH_MAX);
		x->is_too_large = true;
		return NULL;
	}
	x->depth++;
	struct ast *result = expand_kind(x, node, env);
	x->depth--;
	return result;
}

/* --- Statements ----------------------------------------------------------------------------------------------------- */

struct stmt_list {
	struct stmt *items;
	uint32_t n, cap;
};

static void add_stmt(struct expander *x, struct stmt_list *out, const struct stmt *s, const struct binding *env)
{
	struct stmt copy = *s;

	if (out->n == STMTS_MAX) {
		diag_add(x->diags, DIAG_ERROR, "program-too-large", s->head,
			 "with its loops the program has more than %d statements", STMTS_MAX);
		x->is_too_large = true;
		return;
	}
	if (s->index && !indexed_name(x, s->name, s->index, env, &copy.name))
		return;
	copy.index = NULL;
	copy.expr = s->expr ? expand_node(x, s->expr, env) : NULL;
	if (copy.expr && copy.expr->kind == AST_BROKEN)
		copy.expr = NULL;
	if (out->n == out->cap) {
		uint32_t cap = out->cap ? 2 * out->cap : 16;
		struct stmt *grown = arena_grow_array(x->arena, out->items, out->n, cap, sizeof(*grown));
		x->is_exhausted |= !grown;
		if (!grown)
			return;
		out->items = grown;
		out->cap = cap;
	}
	out->items[out->n++] = copy;
}

static void expand_stmts(struct expander *x, const struct stmt *stmts, uint32_t n, const struct binding *env,
			 struct stmt_list *out);

static struct ast *number_node(struct expander *x, const struct ast *like, long number)
{
	struct ast *node = clone(x, like);
	char *text = arena_printf(x->arena, "%ld", number);

	x->is_exhausted |= !text;
	if (!node || !text)
		return NULL;
	node->kind = AST_NUMBER;
	node->text = (struct text){ text, (uint32_t)strlen(text) };
	node->n_items = 0;
	return node;
}

static void expand_loop(struct expander *x, const struct stmt *s, const struct binding *env, struct stmt_list *out)
{
	long from, to;

	if (!s->from || !whole_number(x, s->from, env, &from) || !whole_number(x, s->to, env, &to))
		return;
	if (to < from || to - from >= ROUNDS_MAX) {
		diag_add(x->diags, DIAG_ERROR, "out-of-range", (struct span){ s->from->span.start, s->to->span.end },
			 "a loop goes upwards in at most %d rounds, found %ld..%ld", ROUNDS_MAX, from, to);
		return;
	}
	for (long i = from; i <= to && !x->is_too_large && !x->is_exhausted; i++) {
		struct binding round = { s->name, number_node(x, s->from, i), env };
		if (round.value)
			expand_stmts(x, s->body, s->n_body, &round, out);
	}
}

static void expand_stmts(struct expander *x, const struct stmt *stmts, uint32_t n, const struct binding *env,
			 struct stmt_list *out)
{
	for (uint32_t i = 0; i < n && !x->is_too_large && !x->is_exhausted; i++) {
		const struct stmt *s = &stmts[i];
		if (s->kind == STMT_FOR)
			expand_loop(x, s, env, out);
		else if (!is_macro(s))
			add_stmt(x, out, s, env);
		else if (env)
			diag_add(x->diags, DIAG_ERROR, "misplaced-definition", s->head,
				 "a loop repeats buses and outputs, not definitions with parameters");
	}
}

static struct expander expander_new(struct arena *a, struct ast_program *program, struct diag_list *diags)
{
	program->n_nodes = 0; /* from now on, of the result */
	return (struct expander){ .arena = a, .program = program, .diags = diags };
}

int expand(struct arena *a, struct ast_program *program, struct diag_list *diags)
{
	struct expander x = expander_new(a, program, diags);
	struct stmt_list out = { .items = NULL };

	define_macros(&x);
	if (!x.is_exhausted)
		expand_stmts(&x, program->stmts, program->n_stmts, NULL, &out);
	program->stmts = out.items;
	program->n_stmts = program->cap_stmts = out.n;
	return x.is_exhausted ? -1 : 0;
}

struct ast *expand_expression(struct arena *a, struct ast_program *program, const struct ast *expr,
			      struct diag_list *diags)
{
	struct expander x = expander_new(a, program, diags);
	struct ast *result = expand_node(&x, expr, NULL);

	if (!result && !x.is_exhausted)
		result = ARENA_NEW(a, struct ast);
	if (result && x.is_too_large)
		*result = (struct ast){ .kind = AST_BROKEN, .span = expr->span };
	return result;
}
