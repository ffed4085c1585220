/* Effect sections: `x $ every 4 (# lpf 300)`.
 *
 * Behind a source of events a section of modifiers alone, `(# speed 2)`, is a function from pattern to pattern, made of
 * the modifiers' patterns. Any other section is an effect on a signal: wet and dry are both built, and a node chooses
 * between them. Which of the two is heard when is asked of the transform itself: applied to a pattern of zeros, with
 * "becomes one" in place of the section, it gives the gate. So every transform that only chooses among cycles or parts
 * of them works, with all its arguments.
 *
 * `struct "t(3,8)" $ x` is an effect as well where x is a signal. */
#include "render/graph/build_impl.h"

#include <string.h>

/* --- Modifiers as a function on patterns ------------------------------------------------------------------------ */

const struct pattern *section_apply(struct arena *a, const struct section *section, const struct pattern *p)
{
	for (uint32_t i = 0; i < section->n_steps && p; i++) {
		const struct section_step *step = &section->steps[i];
		if (step->is_arithmetic)
			p = pattern_combine(a, step->op, step->structure,
					    step->has_values ? pattern_as_numbers(a, p) : p, step->modifier);
		else
			p = step->modifier ? pattern_modify(a, p, step->modifier) : use_apply(step->use, a, p);
	}
	return p;
}

static void add_step(struct builder *b, struct section *section, struct section_step step)
{
	struct section_step *grown = build_alloc(b, section->n_steps + 1, sizeof(*grown));

	if (!grown)
		return;
	if (section->n_steps)
		memcpy(grown, section->steps, section->n_steps * sizeof(*grown));
	grown[section->n_steps++] = step;
	section->steps = grown;
}

void section_add(struct builder *b, struct section *section, const struct pattern *modifier)
{
	if (modifier)
		add_step(b, section, (struct section_step){ .modifier = modifier });
}

void section_add_use(struct builder *b, struct section *section, const struct transform_use *use)
{
	add_step(b, section, (struct section_step){ .use = use });
}

/* What the modifiers set is found by sending them a source that only listens. */
static void collect_modifiers(struct builder *b, struct section *section, const struct scope *scope)
{
	struct operand listener = { .type = TYPE_EVENTS, .span = section->item->span, .node = NODE_NONE };

	listener.events.pattern = pattern_silence(build_arena(b));
	listener.events.section = section;
	build_behind(b, section->item, &listener, scope);
}

struct section *build_section(struct builder *b, struct ast *node, const struct scope *scope)
{
	struct section *section = build_alloc(b, 1, sizeof(*section));

	if (!section)
		return NULL;
	section->item = node->items[0];
	section->is_effect[BASE_EVENTS] = type_behind(section->item, TYPE_EVENTS) != TYPE_EVENTS;
	section->is_effect[BASE_SIGNAL] = type_behind(section->item, TYPE_SIGNAL) != TYPE_BROKEN;
	if (!section->is_effect[BASE_EVENTS])
		collect_modifiers(b, section, scope);
	return section;
}

struct section *build_operation(struct builder *b, struct ast *node, const struct scope *scope, bool *has_controls)
{
	struct section *section = build_alloc(b, 1, sizeof(*section));
	struct ast *item = node->items[0];
	enum control_key key = CONTROL_NONE;

	*has_controls = ast_modifier_key(item) != CONTROL_NONE;
	struct operand v = *has_controls ? build_value_map(b, item, &key, scope) : build_wanted(b, item, scope);
	if (v.type == TYPE_NUMBER && !*has_controls)
		v.pattern = pattern_of_number(b, v.number);
	else if (v.type == TYPE_PATTERN && !*has_controls)
		v.pattern = pattern_to_numbers(b, v.pattern, false);
	if (!section || (v.type != TYPE_NUMBER && v.type != TYPE_PATTERN) || !v.pattern)
		return NULL;
	struct operand left = { .type = TYPE_PATTERN };
	add_step(b, section,
		 (struct section_step){ .modifier = v.pattern,
					.is_arithmetic = true,
					.has_values = !*has_controls,
					.op = build_op(node->ops[0]),
					.structure = build_structure(node->ops[0], &left, &v) });
	return section;
}

/* --- Effects ---------------------------------------------------------------------------------------------------- */

bool tower_has_effect(const struct tower *t, enum base_kind base)
{
	for (; t; t = t->next)
		if (t->use->is_effect[base])
			return true;
	return false;
}

/* Of `struct` on signals: attack, decay and release in seconds, level between the last two. */
static const double struct_envelope[] = { 0.001, 0.1, 0, 0.05 };

bool transform_is_struct(const struct transform_def *def)
{
	return strcmp(def->name, "struct") == 0;
}

/* A signal has no events that could take the structure: each true step plays a short envelope over it. */
static struct operand struct_signal(struct builder *b, const struct transform_use *use, const struct operand *dry,
				    const struct scope *scope)
{
	struct operand steps = operand_pattern(use->args[0].pattern, use->span);
	uint32_t inputs[6] = { dry->node, NODE_NONE };

	if (steps.type == TYPE_BROKEN)
		return steps;
	inputs[1] = build_gate(b, &steps, scope);
	for (unsigned i = 2; i < 6; i++)
		inputs[i] = build_const(b, struct_envelope[i - 2], use->span);
	return build_named(b, "env_trig", inputs, 6, (struct span){ dry->span.start, use->span.end });
}

/* Transforms that leave every event in its place and change some of them. */
static bool is_switch(const struct transform_def *def)
{
	static const char *const names[] = {
		"every",     "everyFrom",   "chunkBack",    "fastChunk",   "every'",       "whenmod",
		"sometimes", "sometimesBy", "someCycles",   "somecycles",  "someCyclesBy", "somecyclesBy",
		"often",     "rarely",      "almostAlways", "almostNever", "always",       "never",
		"when",      "while",       "within",       "chunk",       "firstOf",      "lastOf",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(def->name, names[i]) == 0)
			return true;
	return false;
}

static bool to_one(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	static const struct value one = { .kind = VALUE_NUMBER, .number = 1 };

	(void)ctx;
	(void)a;
	(void)in;
	*out = (struct value_list){ 1, &one };
	return true;
}

static const struct pattern *apply_to_one(const void *ctx, struct arena *a, const struct pattern *p)
{
	(void)ctx;
	return pattern_map(a, p, (struct value_fn){ to_one, NULL });
}

static uint32_t gate_node(struct builder *b, const struct transform_use *use, const struct scope *scope)
{
	struct transform_arg args[TRANSFORM_PARAMS_MAX];

	memcpy(args, use->args, sizeof(args));
	for (unsigned i = 0; i < use->def->n_params; i++)
		if (use->def->params[i].kind == TRANSFORM_FUNCTION)
			args[i].fn = (struct pattern_fn){ apply_to_one, NULL };
	const struct pattern *p = use->def->apply(build_arena(b), args, use->site, pattern_of_number(b, 0));
	b->shared->is_exhausted |= !p;
	struct operand gate = operand_pattern(p, use->span);
	return build_signal(b, &gate, scope);
}

static struct operand effect_on(struct builder *b, const struct transform_use *use, const struct operand *dry,
				const struct scope *scope);

/* The transform's function argument as effects, one after the other. */
static struct operand wet_signal(struct builder *b, const struct transform_use *use, const struct operand *dry,
				 const struct scope *scope)
{
	struct operand wet = *dry;

	for (unsigned i = 0; i < use->def->n_params; i++) {
		if (use->def->params[i].kind != TRANSFORM_FUNCTION)
			continue;
		for (const struct tower *t = use->args[i].fn.ctx; t && wet.type != TYPE_BROKEN; t = t->next)
			wet = effect_on(b, t->use, &wet, scope);
	}
	return wet;
}

static struct operand effect_new(struct builder *b, const struct transform_use *use, const struct operand *dry,
				 const struct scope *scope)
{
	if (use->section)
		return build_behind(b, use->section->item, dry, scope);
	if (transform_is_struct(use->def))
		return struct_signal(b, use, dry, scope);
	if (!use->is_effect[BASE_SIGNAL] || !is_switch(use->def)) {
		diag_hint(diag_add(b->shared->diags, DIAG_ERROR, "not-a-switch", use->span,
				   "'%s' cannot switch an effect on and off", use->def->name),
			  "such as every 2, sometimes or whenmod 4 2; transforms of patterns need a '$' of their own");
		return operand_broken();
	}
	struct operand wet = wet_signal(b, use, dry, scope);
	uint32_t inputs[3] = { dry->node, build_signal(b, &wet, scope), gate_node(b, use, scope) };
	if (inputs[1] == NODE_NONE || inputs[2] == NODE_NONE)
		return operand_broken();
	return build_named(b, "cycle_select", inputs, 3, span_join(dry->span, use->span));
}

static struct operand effect_on(struct builder *b, const struct transform_use *use, const struct operand *dry,
				const struct scope *scope)
{
	struct operand v = operand_signal(build_signal(b, dry, scope), dry->span);

	if (v.type == TYPE_BROKEN || !build_enter(b, use->span))
		return operand_broken();
	v = effect_new(b, use, &v, scope);
	build_leave(b);
	return v;
}

/* --- `$` -------------------------------------------------------------------------------------------------------- */

struct switched {
	struct ast *base;
	enum base_kind kind;
	struct transform_use **uses; /* in the order in which they are applied */
};

/* The base under the first n transforms: those of patterns go into the scope, as for any signal, so that what comes
 * after an effect reaches the base, the effect and its gate. */
static struct operand build_switched(struct builder *b, const struct switched *s, size_t n, const struct scope *scope)
{
	if (n == 0) {
		struct operand v = build_expr(b, s->base, scope);
		return operand_signal(build_signal(b, &v, scope), s->base->span);
	}
	struct transform_use *use = s->uses[n - 1];
	if (!build_enter(b, use->span))
		return operand_broken();
	struct tower own = { use, scope->tower }, *tower = build_alloc(b, 1, sizeof(*tower));
	struct scope inner = *scope;
	struct operand v = operand_broken();
	if (tower && use->is_effect[s->kind]) {
		v = build_switched(b, s, n - 1, scope);
		v = v.type == TYPE_BROKEN ? v : effect_on(b, use, &v, scope);
	} else if (tower) {
		*tower = own;
		inner.tower = tower;
		v = build_switched(b, s, n - 1, &inner);
	}
	build_leave(b);
	return v;
}

struct operand build_with_effects(struct builder *b, struct ast *base, enum base_kind kind, const struct tower *t,
				  const struct scope *scope)
{
	struct switched s = { .base = base, .kind = kind };
	size_t n = 0;

	for (const struct tower *i = t; i; i = i->next)
		n++;
	s.uses = build_alloc(b, n, sizeof(struct transform_use *));
	if (!s.uses)
		return operand_broken();
	n = 0;
	for (const struct tower *i = t; i; i = i->next)
		s.uses[n++] = i->use;
	return build_switched(b, &s, n, scope);
}
