/* Event sources: `s`, the modifiers behind it, and the instruments that it plays. */
#include <string.h>

#include "render/graph/build_impl.h"
#include "render/io/samples.h"

/* --- Instruments ------------------------------------------------------------------------------------------------ */

static bool is_playing(const struct builder *b, const struct bus *bus)
{
	for (; b; b = b->outer)
		if (b->playing == bus)
			return true;
	return false;
}

static struct graph *instrument_graph(struct builder *child, const struct operand *v, struct span span)
{
	uint32_t node = build_signal(child, v, &(struct scope){ 0 });

	if (node == NODE_NONE)
		return NULL;
	child->graph->outputs[0] = (struct graph_output){ .node = node, .gain = 1, .span = span };
	child->graph->n_outputs = 1;
	return builder_finish(child) ? child->graph : NULL;
}

/* A graph of its own for an expression, evaluated where nothing of the outer graph can be reached. */
struct instrument *build_instrument(struct builder *b, const char *name, const struct bus *bus, struct ast *expr)
{
	struct builder child;
	struct instrument *instrument = build_alloc(b, 1, sizeof(*instrument));

	if (!instrument || !name || !builder_init(&child, b->shared, b))
		return NULL;
	child.playing = bus;
	struct scope scope = { 0 };
	struct operand v =
		bus ? build_bus(&child, (struct bus *)bus, expr->span, &scope) : build_expr(&child, expr, &scope);
	*instrument = (struct instrument){ .name = name,
					   .graph = instrument_graph(&child, &v, expr->span),
					   .span = expr->span };
	return instrument->graph ? instrument : NULL;
}

static const struct instrument *bus_instrument(struct builder *b, const struct bus *bus, struct span span)
{
	struct instrument **known = &b->shared->instruments[bus->idx];

	if (is_playing(b, bus)) {
		diag_add(b->shared->diags, DIAG_ERROR, "recursive-instrument", span,
			 "'%.60s' is played by its own sound", bus->name);
		diag_add(b->shared->diags, DIAG_ERROR, "recursive-instrument", bus->stmt->head,
			 "the sound of '%.60s' needs '%.60s' itself", bus->name, bus->name);
		return NULL;
	}
	if (!*known && bus->expr && build_enter(b, span)) {
		*known = build_instrument(b, bus->name, bus, bus->expr);
		build_leave(b);
	}
	return *known;
}

/* --- Names in the pattern of s ---------------------------------------------------------------------------------- */

struct name_check {
	struct builder *b;
	struct instrument *instruments;
	uint32_t n, cap;
	bool is_broken;
};

static void add_instrument(struct name_check *c, const struct instrument *instrument)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (strcmp(c->instruments[i].name, instrument->name) == 0)
			return;
	if (c->n == c->cap) {
		uint32_t cap = c->cap ? 2 * c->cap : 4;
		struct instrument *grown = build_alloc(c->b, cap, sizeof(*grown));
		if (!grown)
			return;
		if (c->n)
			memcpy(grown, c->instruments, c->n * sizeof(*grown));
		c->instruments = grown;
		c->cap = cap;
	}
	c->instruments[c->n++] = *instrument;
}

static void complain_bus_name(struct name_check *c, const struct word *w, struct span span)
{
	const struct ast_program *program = c->b->shared->program;
	const char **names = NULL;
	struct diag *d = diag_add(c->b->shared->diags, DIAG_ERROR, "unknown-bus", span, "unknown bus '%.60s'", w->text);

	if (c->b->shared->diags->n_errors <= DIAGS_MAX)
		names = build_alloc(c->b, program->n_buses, sizeof(*names));
	for (uint32_t i = 0; names && i < program->n_buses; i++)
		names[i] = program->buses[i].name;
	const char *near = names ? diag_nearest(w->text, w->len, names, program->n_buses) : NULL;
	if (near)
		diag_suggest(d, span, near);
	c->is_broken = true;
}

static void use_bus(struct name_check *c, const struct word *w, struct span span)
{
	const struct bus *bus = ast_find_bus(c->b->shared->program, w->text + 1, w->len - 1);

	if (!bus) {
		complain_bus_name(c, w, span);
		return;
	}
	struct span name_span = { span.start, span.start + w->len };
	enum lang_type type = bus->expr ? type_of(bus->expr) : TYPE_BROKEN;
	if (type == TYPE_EFFECT || type == TYPE_TRANSFORM || bus->stmt->kind == STMT_MODIFIER) {
		diag_add(c->b->shared->diags, DIAG_ERROR, "not-an-instrument", name_span,
			 "'%.60s' is %s and makes no sound", bus->name,
			 type == TYPE_TRANSFORM ? "a transform" : "an effect");
		c->is_broken = true;
		return;
	}
	const struct instrument *instrument = bus_instrument(c->b, bus, name_span);
	if (instrument)
		add_instrument(c, instrument);
	else
		c->is_broken = true;
}

static void check_sample(struct name_check *c, const struct word *w, struct span span)
{
	const struct sample_bank *bank = c->b->shared->bank;
	size_t n = 0;

	if (!bank || sample_bank_count(bank, w->text, w->len))
		return;
	struct span name_span = { span.start, span.start + w->len };
	const char *const *names = sample_bank_names(bank, &n);
	struct diag *d = diag_add(c->b->shared->diags, DIAG_WARNING, "unknown-sample", name_span,
				  "unknown sample '%.60s'", w->text);
	const char *near = diag_nearest(w->text, w->len, names, n);
	if (near)
		diag_suggest(d, name_span, near);
}

static void check_name(void *ctx, const struct value *v, struct span span)
{
	struct name_check *c = ctx;

	/* "bd:3" is the list of a name and an index. */
	if (v->kind == VALUE_LIST && v->list.n > 0)
		v = &v->list.items[0];
	if (v->kind != VALUE_WORD)
		return;
	if (v->word.len > 1 && v->word.text[0] == '~')
		use_bus(c, &v->word, span);
	else
		check_sample(c, &v->word, span);
}

/* --- Sources
 * ------------------------------------------------------------------------------------------------------------ */

static struct operand operand_events(struct builder *b, const struct pattern *p, struct span span)
{
	b->shared->is_exhausted |= !p;
	if (!p)
		return operand_broken();
	return (struct operand){ .type = TYPE_EVENTS, .span = span, .node = NODE_NONE, .events = { .pattern = p } };
}

/* `s "bd" :gain 0.5` is `s "bd" # gain 0.5`. */
static bool apply_keywords(struct builder *b, struct events *e, const struct ast *call, const struct scope *scope)
{
	for (uint32_t i = 0; i < call->n_items; i++) {
		const struct ast *keyword = call->items[i];
		if (keyword->kind != AST_KEYWORD ||
		    text_is(keyword->text, call->def->params[0].name, strlen(call->def->params[0].name)))
			continue;
		struct ast modifier = *keyword;
		modifier.kind = AST_CALL;
		modifier.def = node_find(keyword->text.at, keyword->text.len);
		struct operand v = { .type = TYPE_EVENTS, .events = *e };
		v = modifier.def ? build_modifier(b, &modifier, &v, scope) : operand_broken();
		if (v.type != TYPE_EVENTS)
			return false;
		*e = v.events;
	}
	return true;
}

/* What has values all the time, as `choose` has, plays one a cycle. */
static const struct pattern *as_events(struct builder *b, const struct pattern *p)
{
	return pattern_flow(p) == FLOW_STEPS ? p : pattern_read_out(build_arena(b), 1, p);
}

struct operand build_events(struct builder *b, struct ast *call, const struct scope *scope)
{
	struct ast *arg = build_modifier_arg(call, 0);
	/* The names themselves are transformed with the events, not before. */
	struct scope plain = { .splices = scope->splices };
	struct operand names = arg ? build_wanted(b, arg, &plain) : operand_broken();
	struct name_check c = { .b = b };

	if (names.type != TYPE_PATTERN)
		return operand_broken();
	pattern_each_atom(names.pattern, check_name, &c);
	if (c.is_broken)
		return operand_broken();
	struct operand v =
		operand_events(b, pattern_control(build_arena(b), CONTROL_S, as_events(b, names.pattern)), call->span);
	v.events.instruments = c.instruments;
	v.events.n_instruments = c.n;
	if (v.type != TYPE_EVENTS || !apply_keywords(b, &v.events, call, scope))
		return operand_broken();
	return v;
}

const char *build_anonymous(struct builder *b)
{
	return arena_printf(build_arena(b), "~@%u", ++b->shared->n_anonymous);
}

struct operand build_voices(struct builder *b, const struct pattern *p, const struct instrument *instrument,
			    struct span span)
{
	struct value word = { .kind = VALUE_WORD, .word = { instrument->name, (uint32_t)strlen(instrument->name) } };
	const struct pattern *s = pattern_control(build_arena(b), CONTROL_S, pattern_pure(build_arena(b), word, span));
	struct operand v = operand_events(b, pattern_modify(build_arena(b), p, s), span);

	v.events.instruments = instrument;
	v.events.n_instruments = 1;
	return v;
}

struct operand build_played(struct builder *b, struct ast *call, const struct operand *input, const struct scope *scope)
{
	struct ast *arg = build_modifier_arg(call, 0);
	const char *name = build_anonymous(b);
	struct operand notes = arg ? build_wanted(b, arg, scope) : operand_broken();

	if (notes.type == TYPE_NUMBER)
		notes = operand_pattern(pattern_of_number(b, notes.number), notes.span);
	if (!name || notes.type != TYPE_PATTERN || !input->ast) {
		diag_add(b->shared->diags, DIAG_ERROR, "wrong-type", call->span,
			 "behind a signal, '%s' takes a pattern of notes that plays it", call->def->name);
		return operand_broken();
	}
	enum control_key key = (enum control_key)call->def->controls[0];
	const struct instrument *instrument = build_instrument(b, name, NULL, input->ast);
	if (!instrument || !pattern_check_values(b, notes.pattern, key))
		return operand_broken();
	return build_voices(b, pattern_control(build_arena(b), key, as_events(b, notes.pattern)), instrument,
			    span_join(input->span, call->span));
}

/* --- Sources as one, and as a signal
 * ---------------------------------------------------------------------------------------- */

void events_seal(struct builder *b, struct events *e)
{
	if (e->pending)
		e->pattern = tower_apply(b, e->pending, e->pattern, true);
	e->pending = NULL;
}

/* Moves the places of modulators up by *ctx: two lists became one. */
static bool shift_signals(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	struct value *v = ARENA_NEW(a, struct value);

	if (!v)
		return false;
	*v = *in;
	*out = (struct value_list){ 1, v };
	if (in->kind != VALUE_MAP)
		return true;
	struct control *controls = ARENA_ARRAY(a, in->map.n, struct control);
	if (!controls)
		return false;
	for (uint32_t i = 0; i < in->map.n; i++) {
		controls[i] = in->map.controls[i];
		if (controls[i].value.kind == VALUE_SIGNAL)
			controls[i].value.signal += *(const uint32_t *)ctx;
	}
	v->map.controls = controls;
	return true;
}

static void append_modulators(struct builder *b, struct events *all, struct events *e)
{
	uint32_t *offset = build_alloc(b, 1, sizeof(*offset));
	uint32_t *joined = build_alloc(b, all->n_modulators + e->n_modulators, sizeof(*joined));

	if (!offset || !joined || e->n_modulators == 0)
		return;
	*offset = all->n_modulators;
	if (all->n_modulators)
		memcpy(joined, all->modulators, all->n_modulators * sizeof(*joined));
	memcpy(joined + all->n_modulators, e->modulators, e->n_modulators * sizeof(*joined));
	e->pattern = pattern_map(build_arena(b), e->pattern, (struct value_fn){ shift_signals, offset });
	all->modulators = joined;
	all->n_modulators += e->n_modulators;
}

struct operand events_merge(struct builder *b, struct operand *parts, uint32_t n, const struct pattern **patterns)
{
	struct operand v = { .type = TYPE_EVENTS, .node = NODE_NONE };
	struct name_check all = { .b = b };

	for (uint32_t i = 0; i < n; i++) {
		struct events *e = &parts[i].events;
		events_seal(b, e);
		append_modulators(b, &v.events, e);
		for (uint32_t k = 0; k < e->n_instruments; k++)
			add_instrument(&all, &e->instruments[k]);
		patterns[i] = e->pattern;
	}
	v.events.instruments = all.instruments;
	v.events.n_instruments = all.n;
	return v;
}

struct operand build_event_stack(struct builder *b, pattern_join *join, struct operand *parts, uint32_t n,
				 struct span span)
{
	const struct pattern **patterns = build_alloc(b, n, sizeof(*patterns));

	if (!patterns)
		return operand_broken();
	struct operand v = events_merge(b, parts, n, patterns);
	v.span = span;
	v.events.pattern = join(build_arena(b), patterns, n);
	b->shared->is_exhausted |= !v.events.pattern;
	return v.events.pattern ? v : operand_broken();
}

static uint32_t *copy_modulators(struct builder *b, const struct events *e)
{
	uint32_t *copy = build_alloc(b, e->n_modulators, sizeof(*copy));

	if (copy && e->n_modulators)
		memcpy(copy, e->modulators, e->n_modulators * sizeof(*copy));
	return copy;
}

uint32_t events_node(struct builder *b, const struct events *e, struct span span, const struct scope *scope)
{
	struct instance *shared = e->instance && e->instance->tower == scope->tower ? e->instance : NULL;
	struct events sealed = *e;

	if (shared && shared->node != NODE_NONE)
		return shared->node;
	events_seal(b, &sealed);
	const struct pattern *p = sealed.pattern ? tower_apply(b, scope->tower, sealed.pattern, true) : NULL;
	uint32_t *modulators = copy_modulators(b, e);
	uint32_t node = p && modulators ? build_node(b, GRAPH_EVENTS, span) : NODE_NONE;
	if (node == NODE_NONE)
		return node;
	struct graph_node *n = &b->graph->nodes[node];
	n->pattern = p;
	n->inputs = modulators;
	n->n_inputs = sealed.n_modulators;
	n->instruments = sealed.instruments;
	n->n_instruments = sealed.n_instruments;
	if (shared) {
		shared->node = node;
		n->bus = shared->bus->name;
	}
	return node;
}
