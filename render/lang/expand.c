/* Macros.
 *
 * One walk copies the tree and replaces on the way what is a macro. Arguments are expanded where they are written, then
 * copied into the body for every use of the parameter: names in them mean what they mean at the call. A macro that is
 * being expanded cannot be used again, so every expansion ends; AST_NODES_MAX bounds what macros that use each other
 * twice can grow to. */
#include "render/lang/expand.h"

#include <math.h>
#include <string.h>

#include "render/lang/constant.h"
#include "render/lang/expand_impl.h"

enum {
	/* Nodes within one another: about 250 bytes of stack each, here and in the walks over the result. */
	EXPAND_DEPTH_MAX = 2000,
	/* Statements of the expanded program. */
	STMTS_MAX = 20000,
};

/* --- Nodes ------------------------------------------------------------------------------------------------------ */

struct ast *expand_clone(struct expander *x, const struct ast *node)
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

struct ast *expand_broken(struct expander *x, const struct ast *node)
{
	struct ast *copy = expand_clone(x, node);

	if (copy) {
		copy->kind = AST_BROKEN;
		copy->n_items = 0;
	}
	return copy;
}

struct ast **expand_new_items(struct expander *x, size_t n)
{
	struct ast **items = ARENA_ARRAY(x->arena, n, struct ast *);
	x->is_exhausted |= !items;
	return items;
}

struct ast *expand_fold(struct expander *x, const struct ast *like, enum ast_kind kind, struct ast **items, uint32_t n)
{
	if (n == 1)
		return items[0];
	struct ast *node = expand_clone(x, like);
	if (!node)
		return NULL;
	node->kind = kind;
	node->items = items;
	node->n_items = n;
	node->span = span_join(items[0]->span, items[n - 1]->span);
	return node;
}

/* The node with its items expanded. */
struct ast *expand_items(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast *copy = expand_clone(x, node);
	struct ast **items = copy ? expand_new_items(x, node->n_items) : NULL;

	if (!items)
		return NULL;
	for (uint32_t i = 0; i < node->n_items; i++)
		if (!(items[i] = expand_node(x, node->items[i], env)))
			return NULL;
	copy->items = items;
	return copy;
}

const struct ast *expand_find_binding(const struct binding *env, struct text name)
{
	for (; env; env = env->outer)
		if (text_is(env->name, name.at, name.len))
			return env->value;
	return NULL;
}

/* --- Numbers ---------------------------------------------------------------------------------------------------- */

bool expand_whole_number(struct expander *x, const struct ast *node, const struct binding *env, long *out)
{
	struct ast *value = expand_node(x, node, env);
	double number;

	if (!value)
		return false;
	if (value->kind == AST_BROKEN)
		return false;
	if (ast_constant(value, &number) && number == floor(number) && fabs(number) <= 1e15) {
		*out = (long)number;
		return true;
	}
	diag_hint(diag_add(x->diags, DIAG_ERROR, "not-constant", node->span,
			   "expected a whole number that is known when the program is read"),
		  "such as 3, or 'i + 1' in a loop over i");
	return false;
}

bool expand_bus_name(struct expander *x, struct text name, long number, struct text *out)
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

	if (!expand_whole_number(x, index, env, &number))
		return false;
	if (number >= 0)
		return expand_bus_name(x, name, number, out);
	diag_add(x->diags, DIAG_ERROR, "out-of-range", index->span, "an index cannot be negative, found %ld", number);
	return false;
}

static struct ast *expand_index(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast *bus = expand_clone(x, node);

	if (node->n_items > 1) {
		diag_hint(diag_add(x->diags, DIAG_ERROR, "misplaced-range", node->span, "a range of buses is no value"),
			  "write 'sum(~%.*s[…])'", text_shown(node->text), node->text.at);
		return expand_broken(x, node);
	}
	if (!bus || !indexed_name(x, node->text, node->items[0], env, &bus->text))
		return expand_broken(x, node);
	bus->kind = AST_BUS;
	bus->n_items = 0;
	return bus;
}

/* --- Conditions ------------------------------------------------------------------------------------------------- */

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
		return expand_broken(x, node);
	}
	return expand_node(x, node->items[compare(node->compare, sides[0], sides[1]) ? 2 : 3], env);
}

/* --- `$` and `#` ------------------------------------------------------------------------------------------------ */

/* The function that node calls with one argument fewer than it takes: the operator gives it. */
static struct macro *find_incomplete(const struct expander *x, const struct ast *node, const struct binding *env)
{
	struct macro *m = NULL;

	if ((node->kind == AST_NAME || node->kind == AST_CALL) && !expand_find_binding(env, node->text))
		m = macro_find(x, STMT_FUNCTION, node->text);
	else if (node->kind == AST_BUS || node->kind == AST_USE)
		m = macro_find(x, STMT_FUNCTION_BUS, node->text);
	return m && node->n_items + 1 == m->stmt->n_params ? m : NULL;
}

/* `tap` records for its author while a performance runs. */
static bool is_probe(const struct expander *x, const struct ast *node)
{
	bool is_named = (node->kind == AST_NAME || node->kind == AST_CALL) &&
			(text_is(node->text, "tap", 3) || text_is(node->text, "probe", 5));

	return is_named && !macro_find(x, STMT_FUNCTION, node->text);
}

static void warn_probe(struct expander *x, const struct ast *node)
{
	diag_add(x->diags, DIAG_WARNING, "live-only", node->span,
		 "'%.*s' records a live performance and has no effect on a render", text_shown(node->text),
		 node->text.at);
}

/* `tap (saw 55) "x.wav" 2` with its input in it. */
static bool is_probe_of(const struct expander *x, const struct ast *node)
{
	return is_probe(x, node) && node->n_items > 0 && node->items[0]->kind != AST_STRING &&
	       node->items[0]->kind != AST_KEYWORD;
}

static struct ast *expand_probe(struct expander *x, const struct ast *node, const struct binding *env)
{
	warn_probe(x, node);
	return expand_node(x, node->items[0], env);
}

static struct ast *expand_chain(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast **items = expand_new_items(x, node->n_items);
	uint32_t n = 0;

	for (uint32_t i = 0; items && i < node->n_items; i++) {
		const struct ast *item = node->items[i];
		struct macro *m = n ? find_incomplete(x, item, env) : NULL;
		if (n && is_probe(x, item)) {
			warn_probe(x, item);
			continue;
		}
		struct ast *before = m ? expand_fold(x, node, AST_CHAIN, items, n) : NULL;
		if (m) {
			items = expand_new_items(x, node->n_items);
			n = 0;
		}
		struct ast *next = m ? macro_use(x, m, item, env, before, NULL) : expand_node(x, item, env);
		if (!items || !next || (m && !before))
			return NULL;
		items[n++] = next;
	}
	return items ? expand_fold(x, node, AST_CHAIN, items, n) : NULL;
}

/* Whether the pattern of `a $ b $ c` stands first: when the last operand is surely a transform. */
static bool is_postfix(const struct expander *x, const struct ast *node, const struct binding *env)
{
	const struct ast *last = node->items[node->n_items - 1];

	if (last->kind == AST_SECTION || last->kind == AST_OPERATE || find_incomplete(x, last, env))
		return true;
	return (last->kind == AST_NAME || last->kind == AST_CALL) && transform_find(last->text.at, last->text.len);
}

/* The operands from `from` on as one. */
static struct ast *expand_apply(struct expander *x, const struct ast *node, uint32_t from, const struct binding *env)
{
	bool postfix = is_postfix(x, node, env);
	struct ast **items = expand_new_items(x, node->n_items);
	uint32_t n = 0;

	for (uint32_t i = from; items && i < node->n_items; i++) {
		const struct ast *item = node->items[i];
		struct macro *m = node->n_items > from + 1 ? find_incomplete(x, item, env) : NULL;
		bool takes_left = m && postfix && n > 0, takes_right = m && !postfix && i + 1 < node->n_items;
		struct ast *other = takes_left    ? expand_fold(x, node, AST_APPLY, items, n)
				    : takes_right ? expand_node(x,
								expand_fold(x, node, AST_APPLY, node->items + i + 1,
									    node->n_items - i - 1),
								env)
						  : NULL;
		if ((takes_left || takes_right) && !other)
			return NULL;
		if (takes_left) {
			items = expand_new_items(x, node->n_items);
			n = 0;
		}
		struct ast *next = other ? macro_use(x, m, item, env, NULL, other) : expand_node(x, item, env);
		if (!items || !next)
			return NULL;
		items[n++] = next;
		if (takes_right)
			break;
	}
	return items ? expand_fold(x, node, AST_APPLY, items, n) : NULL;
}

/* --- The walk --------------------------------------------------------------------------------------------------- */

/* Loops reach into strings, where their variables are words. */
static struct ast *expand_string(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct ast *copy = expand_clone(x, node);

	if (copy && env && !copy->names)
		copy->names = env->names;
	return copy;
}

static struct ast *expand_kind(struct expander *x, const struct ast *node, const struct binding *env)
{
	struct macro *m;

	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		return is_probe_of(x, node) ? expand_probe(x, node, env) : macro_expand_call(x, node, env);
	case AST_TEMPLATE:
		return macro_use_named(x, node, STMT_TEMPLATE, env);
	case AST_VARIABLE:
		return macro_use_named(x, node, STMT_VARIABLE, env);
	case AST_USE:
		m = macro_find(x, STMT_FUNCTION_BUS, node->text);
		return m ? macro_use(x, m, node, env, NULL, NULL) : macro_complain_use(x, node);
	case AST_BUS:
		m = macro_find(x, STMT_FUNCTION_BUS, node->text);
		return m && !expand_is_bus(x, node->text) ? macro_use(x, m, node, env, NULL, NULL)
							  : expand_clone(x, node);
	case AST_INDEX:
		return expand_index(x, node, env);
	case AST_IF:
		return expand_condition(x, node, env);
	case AST_CHAIN:
		return expand_chain(x, node, env);
	case AST_APPLY:
		return expand_apply(x, node, 0, env);
	case AST_STRING:
		return expand_string(x, node, env);
	default:
		return expand_items(x, node, env);
	}
}

struct ast *expand_node(struct expander *x, const struct ast *node, const struct binding *env)
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

/* --- Statements ------------------------------------------------------------------------------------------------- */

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
	struct ast *node = expand_clone(x, like);
	char *text = arena_printf(x->arena, "%ld", number);

	x->is_exhausted |= !text;
	if (!node || !text)
		return NULL;
	node->kind = AST_NUMBER;
	node->text = (struct text){ text, (uint32_t)strlen(text) };
	node->n_items = 0;
	return node;
}

static const struct mini_name *loop_name(struct expander *x, struct text name, long number, const struct binding *env)
{
	struct mini_name *n = ARENA_NEW(x->arena, struct mini_name);
	const struct mini_name *outer = env ? env->names : NULL;

	x->is_exhausted |= !n;
	if (!n || number < 0)
		return outer;
	*n = (struct mini_name){ name.at, name.len, (uint32_t)number, outer };
	return n;
}

static void expand_loop(struct expander *x, const struct stmt *s, const struct binding *env, struct stmt_list *out)
{
	long from, to;

	if (!s->from || !expand_whole_number(x, s->from, env, &from) || !expand_whole_number(x, s->to, env, &to))
		return;
	if (to < from || to - from >= ROUNDS_MAX) {
		diag_add(x->diags, DIAG_ERROR, "out-of-range", span_join(s->from->span, s->to->span),
			 "a loop goes upwards in at most %d rounds, found %ld..%ld", ROUNDS_MAX, from, to);
		return;
	}
	for (long i = from; i <= to && !x->is_too_large && !x->is_exhausted; i++) {
		struct binding round = { s->name, number_node(x, s->from, i), env, loop_name(x, s->name, i, env) };
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
		else if (!stmt_is_macro(s))
			add_stmt(x, out, s, env);
		else if (env)
			diag_hint(diag_add(x->diags, DIAG_ERROR, "misplaced-definition", s->head,
					   "a loop repeats buses and outputs, not definitions"),
				  "define it before the loop, with '%.*s' as a parameter: fn name %.*s = …",
				  text_shown(env->name), env->name.at, text_shown(env->name), env->name.at);
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

	macros_define(&x);
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
