/* Patterns and transforms. */
#include "render/graph/build_impl.h"
#include "render/lang/resolve.h"

/* --- Towers ----------------------------------------------------------------------------------------------------- */

static const struct tower *tower_cons(struct builder *b, struct transform_use *use, const struct tower *next)
{
	struct tower *t = build_alloc(b, 1, sizeof(*t));

	if (!t)
		return next;
	*t = (struct tower){ use, next };
	return t;
}

const struct tower *tower_concat(struct builder *b, const struct tower *first, const struct tower *then)
{
	struct tower *head = NULL, **tail = &head;

	if (!first || !then)
		return first ? first : then;
	for (; first; first = first->next) {
		struct tower *copy = build_alloc(b, 1, sizeof(*copy));
		if (!copy)
			return then;
		copy->use = first->use;
		*tail = copy;
		tail = (struct tower **)&copy->next;
	}
	*tail = (struct tower *)then;
	return head;
}

const char *use_name(const struct transform_use *use)
{
	return use->def ? use->def->name : "# \xe2\x80\xa6";
}

const struct pattern *use_apply(const struct transform_use *use, struct arena *a, const struct pattern *p)
{
	return use->def ? use->def->apply(a, use->args, use->site, p) : section_apply(a, use->section, p);
}

/* pattern_fn.apply over a tower. */
static const struct pattern *apply_function(const void *ctx, struct arena *a, const struct pattern *p)
{
	for (const struct tower *t = ctx; t && p; t = t->next)
		p = use_apply(t->use, a, p);
	return p;
}

/* `s "bd" $ (+ 12)`: of which control? */
static void complain_values_needed(struct builder *b, const struct transform_use *use)
{
	diag_hint(diag_add(b->shared->diags, DIAG_ERROR, "wrong-type", use->span,
			   "this calculates with values, but there are events"),
		  "say with what of them: (|+ n 12), (|* speed 2)");
}

const struct pattern *pattern_check_size(struct builder *b, const struct pattern *p, struct span span)
{
	double n = p ? pattern_events_min(p) : 0;

	if (n > PATTERN_EVENTS_PER_CYCLE_MAX)
		diag_add(b->shared->diags, DIAG_ERROR, "too-many-events", span,
			 "at most %d events are allowed in a cycle, found %.0f", PATTERN_EVENTS_PER_CYCLE_MAX, n);
	if (!p || pattern_depth(p) <= BUILD_PATTERN_DEPTH_MAX)
		return p;
	diag_add(b->shared->diags, DIAG_ERROR, "nested-too-deep", span,
		 "here a pattern becomes one of more than %d changes upon one another", BUILD_PATTERN_DEPTH_MAX);
	return NULL;
}

const struct pattern *tower_apply(struct builder *b, const struct tower *tower, const struct pattern *p, bool is_events)
{
	for (; tower && p; tower = tower->next) {
		if (is_events && tower->use->needs_values)
			complain_values_needed(b, tower->use);
		if ((tower->use->needs_events && !is_events) || tower->use->is_effect[BASE_EVENTS])
			continue;
		p = pattern_check_size(b, use_apply(tower->use, build_arena(b), p), tower->use->span);
		tower->use->n_applied++;
	}
	if (!p)
		b->shared->is_exhausted = true;
	return p;
}

static bool tower_needs_events(const struct tower *t)
{
	for (; t; t = t->next)
		if (t->use->needs_events)
			return true;
	return false;
}

const struct pattern *pattern_of_number(struct builder *b, double x)
{
	struct value v = { .kind = VALUE_NUMBER, .number = x };
	const struct pattern *p = pattern_pure(build_arena(b), v, (struct span){ 0, 0 });

	b->shared->is_exhausted |= !p;
	return p;
}

/* A list of transforms, or one alone. */
static struct transform_arg build_functions(struct builder *b, struct ast *arg, const struct scope *scope)
{
	struct ast *const *items = arg->kind == AST_LIST ? arg->items : &arg;
	unsigned n = arg->kind == AST_LIST ? arg->n_items : 1;
	struct pattern_fn *fns = build_alloc(b, n, sizeof(*fns));

	for (unsigned i = 0; fns && i < n; i++)
		fns[i] = (struct pattern_fn){ apply_function, build_tower(b, items[i], NULL, scope) };
	return (struct transform_arg){ .fns = fns, .n_fns = fns ? n : 0 };
}

struct transform_arg build_transform_arg(struct builder *b, const struct transform_param *param, struct ast *arg,
					 const struct scope *scope)
{
	if (param->kind == TRANSFORM_FUNCTION)
		return (struct transform_arg){
			.fn = { apply_function, arg ? build_tower(b, arg, NULL, scope) : NULL },
		};
	if (param->kind == TRANSFORM_FUNCTIONS)
		return arg ? build_functions(b, arg, scope) : (struct transform_arg){ .pattern = NULL };
	if (arg && type_wanted(arg) == TYPE_SIGNAL)
		return (struct transform_arg){ .pattern = build_timed(b, arg) };
	struct operand v = arg ? build_wanted(b, arg, &(struct scope){ 0 }) : operand_broken();
	if (v.type == TYPE_PATTERN)
		return (struct transform_arg){ .pattern = v.pattern };
	return (struct transform_arg){ .pattern = pattern_of_number(b, v.type == TYPE_NUMBER ? v.number : param->def) };
}

/* What a transform among the arguments needs and does, the whole needs and does. */
static void note_argument(struct transform_use *use, const struct tower *t)
{
	use->needs_events |= tower_needs_events(t);
	for (const struct tower *i = t; i; i = i->next)
		use->needs_values |= i->use->needs_values;
	use->is_effect[BASE_EVENTS] |= tower_has_effect(t, BASE_EVENTS);
	use->is_effect[BASE_SIGNAL] |= tower_has_effect(t, BASE_SIGNAL);
}

static struct transform_use *build_use(struct builder *b, const struct ast *call, const struct scope *scope)
{
	struct transform_use *use = build_alloc(b, 1, sizeof(*use));

	if (!use)
		return NULL;
	use->def = call->transform;
	use->site = call->id;
	use->span = call->span;
	use->needs_events = use->def->needs_events;
	use->is_effect[BASE_SIGNAL] = transform_is_struct(use->def);
	for (unsigned i = 0; i < use->def->n_params; i++) {
		struct ast *arg = i < call->n_items ? call->items[i] : NULL;
		use->args[i] = build_transform_arg(b, &use->def->params[i], arg, scope);
		note_argument(use, use->args[i].fn.ctx);
		for (unsigned k = 0; k < use->args[i].n_fns; k++)
			note_argument(use, use->args[i].fns[k].ctx);
	}
	return use;
}

static struct transform_use *build_section_use(struct builder *b, struct ast *node, const struct scope *scope)
{
	struct transform_use *use = build_alloc(b, 1, sizeof(*use));
	struct section *section = build_section(b, node, scope);

	if (!use || !section)
		return NULL;
	use->section = section;
	use->span = node->span;
	use->needs_events = true;
	use->is_effect[BASE_EVENTS] = section->is_effect[BASE_EVENTS];
	use->is_effect[BASE_SIGNAL] = section->is_effect[BASE_SIGNAL];
	return use;
}

static struct transform_use *build_operation_use(struct builder *b, struct ast *node, const struct scope *scope)
{
	struct transform_use *use = build_alloc(b, 1, sizeof(*use));
	bool has_controls = false;
	struct section *section = build_operation(b, node, &(struct scope){ .splices = scope->splices }, &has_controls);

	if (!use || !section)
		return NULL;
	use->section = section;
	use->span = node->span;
	use->needs_events = has_controls;
	use->needs_values = !has_controls;
	return use;
}

static const struct tower *build_tower_bus(struct builder *b, struct ast *node, const struct tower *next,
					   const struct scope *scope)
{
	if (!node->bus || !node->bus->expr)
		return next;
	return build_tower(b, node->bus->expr, next, scope);
}

static const struct tower *build_tower_new(struct builder *b, struct ast *node, const struct tower *next,
					   const struct scope *scope)
{
	struct transform_use *use;

	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		use = node->transform ? build_use(b, node, scope) : NULL;
		return use ? tower_cons(b, use, next) : next;
	case AST_APPLY: /* all operands are transforms; the last is applied first */
		for (uint32_t i = 0; i < node->n_items; i++)
			next = build_tower(b, node->items[i], next, scope);
		return next;
	case AST_BUS:
		return build_tower_bus(b, node, next, scope);
	case AST_SECTION:
	case AST_OPERATE:
		use = node->kind == AST_SECTION ? build_section_use(b, node, scope)
						: build_operation_use(b, node, scope);
		return use ? tower_cons(b, use, next) : next;
	default:
		return next;
	}
}

const struct tower *build_tower(struct builder *b, struct ast *node, const struct tower *next,
				const struct scope *scope)
{
	if (!build_enter(b, node->span))
		return next;
	next = build_tower_new(b, node, next, scope);
	build_leave(b);
	return next;
}

/* --- `$` -------------------------------------------------------------------------------------------------------- */

/* Transforms after the base, in the order written, then those before it, from right to left. */
static const struct tower *postfix_tower(struct builder *b, struct ast *node, const struct tower *next,
					 const struct scope *scope)
{
	for (uint32_t i = node->n_items; i > node->base + 1; i--)
		next = build_tower(b, node->items[i - 1], next, scope);
	return next;
}

const struct tower *build_prefix_tower(struct builder *b, struct ast *node, const struct tower *next,
				       const struct scope *scope)
{
	for (uint32_t i = 0; i < node->base; i++)
		next = build_tower(b, node->items[i], next, scope);
	return next;
}

static void complain_events_needed(struct builder *b, const struct tower *t)
{
	for (; t; t = t->next)
		if (t->use->needs_events)
			diag_hint(diag_add(b->shared->diags, DIAG_ERROR, "needs-events", t->use->span,
					   "'%s' transforms events, but there is a pattern of values",
					   use_name(t->use)),
				  "use it on a source such as s \"bd sn\"");
}

static struct operand apply_to_pattern(struct builder *b, struct operand v, const struct tower *t)
{
	if (tower_needs_events(t)) {
		complain_events_needed(b, t);
		return operand_broken();
	}
	v.pattern = tower_apply(b, t, v.pattern, false);
	return v.pattern ? v : operand_broken();
}

/* Where a transform that found nothing belongs, before its `$`. */
static const char where_pattern_is[] = "put it where the pattern is: s \"bd\"";
static const char around_the_chain[] =
	"'$' binds more tightly than '#'; for the events before it write: (s \"bd\" # …)";

/* Effects are no transforms of patterns: where they have been switched, they have done their work. */
static bool is_done(const struct transform_use *use)
{
	return use->is_effect[BASE_SIGNAL] || use->is_effect[BASE_EVENTS];
}

static void complain_unused(struct builder *b, const struct tower *t, const struct tower *end, const char *where)
{
	for (; t != end; t = t->next)
		if (t->use->n_applied == 0 && !is_done(t->use))
			diag_hint(diag_add(b->shared->diags, DIAG_ERROR, "nothing-to-transform", t->use->span,
					   "'%s' finds no %s here that it could transform", use_name(t->use),
					   t->use->needs_events ? "events" : "pattern"),
				  "%s $ %s …", where, use_name(t->use));
}

/* A signal is built with the transforms in its scope, so that they reach every pattern inside it. */
static struct operand apply_to_signal(struct builder *b, struct ast *base, const struct tower *t,
				      const struct scope *scope)
{
	struct scope inner = { .tower = t, .splices = scope->splices };
	struct operand v = build_expr(b, base, &inner);
	uint32_t node = build_signal(b, &v, &inner);

	if (node == NODE_NONE)
		return operand_broken();
	complain_unused(b, t, scope->tower, where_pattern_is);
	return operand_signal(node, base->span);
}

/* base under t, when there is an effect among t. */
static struct operand apply_effects(struct builder *b, struct ast *base, enum base_kind kind, const struct tower *t,
				    const struct scope *scope)
{
	struct operand v = build_with_effects(b, base, kind, t, scope);

	if (v.type != TYPE_BROKEN)
		complain_unused(b, t, NULL, where_pattern_is);
	return v;
}

/* What is transformed: `$` asks for a pattern, which the type of the whole tells. */
static enum lang_type base_type(struct ast *whole, struct ast *base)
{
	return type_wanted(whole) == TYPE_PATTERN ? TYPE_PATTERN : type_of(base);
}

struct operand build_apply(struct builder *b, struct ast *node, const struct scope *scope)
{
	if (node->base >= node->n_items)
		return operand_broken();
	struct ast *base = node->items[node->base];
	enum lang_type type = base_type(node, base);
	enum base_kind kind = type == TYPE_EVENTS ? BASE_EVENTS : BASE_SIGNAL;
	const struct tower *after = postfix_tower(b, node, NULL, scope),
			   *before = build_prefix_tower(b, node, NULL, scope), *whole = tower_concat(b, after, before);

	if (type != TYPE_PATTERN && tower_has_effect(whole, kind))
		return apply_effects(b, base, kind, whole, scope);
	if (type == TYPE_SIGNAL)
		return apply_to_signal(b, base, tower_concat(b, whole, scope->tower), scope);
	struct operand v = type == TYPE_PATTERN ? build_wanted(b, base, scope) : build_expr(b, base, scope);
	if (v.type == TYPE_PATTERN)
		return apply_to_pattern(b, v, whole);
	if (v.type != TYPE_EVENTS)
		return operand_broken();
	if (after || base->kind == AST_CHAIN)
		events_seal(b, &v.events);
	if (after)
		v.events.pattern = tower_apply(b, after, v.events.pattern, true);
	v.events.pending = tower_concat(b, v.events.pending, before);
	v.events.instance = NULL;
	return v;
}

struct operand build_apply_behind(struct builder *b, struct ast *node, const struct operand *input,
				  const struct scope *scope)
{
	if (node->base >= node->n_items)
		return operand_broken();
	struct ast *base = node->items[node->base];
	const struct tower *t = postfix_tower(b, node, build_prefix_tower(b, node, scope->tower, scope), scope);
	struct scope inner = { .tower = t, .modifier = t, .splices = scope->splices };
	struct operand before = *input;

	/* The transforms are for what is written here, not for what flows in. */
	if (type_behind(base, input->type) != TYPE_EVENTS)
		before = operand_signal(build_signal(b, input, scope), input->span);
	struct operand v = build_behind(b, base, &before, &inner);
	complain_unused(b, t, scope->tower, around_the_chain);
	return v;
}

struct operand build_applied(struct builder *b, struct ast *call, const struct scope *scope)
{
	struct ast *base = call->items[call->n_items - 1];
	struct transform_use *use = build_use(b, call, scope);
	struct operand v;

	if (!use)
		return operand_broken();
	enum lang_type type = base_type(call, base);
	enum base_kind kind = type == TYPE_EVENTS ? BASE_EVENTS : BASE_SIGNAL;
	if (type != TYPE_PATTERN && use->is_effect[kind])
		return apply_effects(b, base, kind, tower_cons(b, use, NULL), scope);
	if (type == TYPE_SIGNAL)
		return apply_to_signal(b, base, tower_cons(b, use, scope->tower), scope);
	v = type == TYPE_PATTERN ? build_wanted(b, base, scope) : build_expr(b, base, scope);
	if (v.type == TYPE_PATTERN)
		return apply_to_pattern(b, v, tower_cons(b, use, NULL));
	if (v.type != TYPE_EVENTS)
		return operand_broken();
	v.events.pending = tower_concat(b, v.events.pending, tower_cons(b, use, NULL));
	events_seal(b, &v.events);
	return v;
}

/* --- Words as numbers ------------------------------------------------------------------------------------------- */

static bool word_semitones(const struct word *w, double *semitones)
{
	double chord[CHORD_NOTES_MAX];
	size_t n = 0;

	if (note_parse(w->text, w->len, semitones) == 0)
		return true;
	if (chord_parse(w->text, w->len, chord, &n) || n == 0)
		return false;
	*semitones = chord[0];
	return true;
}

/* Numbers stay, notes and roots of chords become numbers, anything else is dropped. ctx: whether in Hz. */
static bool map_number(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	bool is_hz = *(const bool *)ctx;
	struct value *v = ARENA_NEW(a, struct value);
	double semitones;

	if (!v)
		return false;
	*v = *in;
	if (in->kind == VALUE_BOOL)
		*v = (struct value){ .kind = VALUE_NUMBER, .number = in->truth };
	else if (in->kind == VALUE_WORD && word_semitones(&in->word, &semitones))
		*v = (struct value){ .kind = VALUE_NUMBER,
				     .number = is_hz ? note_to_hz(semitones) : semitones + MIDI_C4 };
	else if (in->kind != VALUE_NUMBER)
		return false;
	*out = (struct value_list){ 1, v };
	return true;
}

const struct pattern *pattern_as_numbers(struct arena *a, const struct pattern *p)
{
	static const bool is_hz = false;
	return pattern_map(a, p, (struct value_fn){ map_number, &is_hz });
}

struct atom_check {
	struct builder *b;
	enum control_key key; /* CONTROL_NONE: as a signal */
	bool has_words, is_broken;
};

static bool is_word_allowed(const struct atom_check *c, const struct value *v)
{
	double semitones;

	switch (c->key) {
	case CONTROL_UNIT:
		return true;
	case CONTROL_NONE:
	case CONTROL_NOTE:
	case CONTROL_N:
	case CONTROL_FREQ:
		return word_semitones(&v->word, &semitones);
	default:
		return false;
	}
}

static void check_atom(void *ctx, const struct value *v, struct span source)
{
	struct atom_check *c = ctx;

	if (v->kind == VALUE_NUMBER)
		return;
	c->has_words = true;
	if (v->kind == VALUE_BOOL || (v->kind == VALUE_WORD && is_word_allowed(c, v)))
		return;
	c->is_broken = true;
	bool is_pitch =
		c->key == CONTROL_NONE || c->key == CONTROL_NOTE || c->key == CONTROL_N || c->key == CONTROL_FREQ;
	diag_add(c->b->shared->diags, DIAG_ERROR, "not-a-number", source, "expected a number%s, found '%.*s'",
		 is_pitch ? ", a note or a chord" : "",
		 v->kind == VALUE_WORD ? (int)(v->word.len > 40 ? 40 : v->word.len) : 1,
		 v->kind == VALUE_WORD ? v->word.text : ":");
}

bool pattern_check_values(struct builder *b, const struct pattern *p, enum control_key key)
{
	struct atom_check c = { .b = b, .key = key };

	if (p)
		pattern_each_atom(p, check_atom, &c);
	return p && !c.is_broken;
}

const struct pattern *pattern_to_numbers(struct builder *b, const struct pattern *p, bool is_hz)
{
	static const bool yes = true, no = false;
	struct atom_check c = { .b = b };

	pattern_each_atom(p, check_atom, &c);
	if (c.is_broken)
		return NULL;
	if (!c.has_words)
		return p;
	struct value constant;
	double semitones;
	if (pattern_is_pure(p, &constant) && constant.kind == VALUE_WORD && word_semitones(&constant.word, &semitones))
		return pattern_of_number(b, is_hz ? note_to_hz(semitones) : semitones + MIDI_C4);
	p = pattern_map(build_arena(b), p, (struct value_fn){ map_number, is_hz ? &yes : &no });
	b->shared->is_exhausted |= !p;
	return p;
}
