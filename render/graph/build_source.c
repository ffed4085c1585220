/* Pattern sources, and transforms behind `#`. */
#include "render/graph/build_impl.h"
#include "render/lang/constant.h"

/* The parts of a source, of all of its arguments in their order, and what they became. */
struct parts {
	struct operand *operands;
	const struct pattern **patterns;
	uint32_t n;
	bool are_events;
};

static uint32_t count_parts(const struct ast *call)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < call->n_items && i < call->source->n_params; i++) {
		enum transform_param_kind kind = call->source->params[i].kind;
		n += kind == TRANSFORM_PART ? 1 : source_is_list(kind) ? call->items[i]->n_items : 0;
	}
	return n;
}

static void add_part(struct builder *b, struct parts *p, struct ast *part, const struct scope *scope)
{
	struct operand v = part ? build_wanted(b, part, scope) : operand_broken();

	if (v.type == TYPE_NUMBER)
		v = operand_pattern(pattern_of_number(b, v.number), v.span);
	p->are_events &= v.type == TYPE_EVENTS;
	p->operands[p->n++] = v;
}

static void add_list(struct builder *b, struct parts *p, const struct ast *list, enum transform_param_kind kind,
		     const struct scope *scope)
{
	for (uint32_t i = 0; i < list->n_items; i++)
		add_part(b, p, kind == TRANSFORM_PARTS ? list->items[i] : source_pair_part(list->items[i], kind),
			 scope);
}

/* False when a part is broken, or events are among values. */
static bool build_parts(struct builder *b, const struct ast *call, struct parts *p, const struct scope *scope)
{
	uint32_t n = count_parts(call);

	*p = (struct parts){ .operands = build_alloc(b, n, sizeof(*p->operands)),
			     .patterns = build_alloc(b, n, sizeof(*p->patterns)),
			     .are_events = n > 0 };
	if (!p->operands || !p->patterns)
		return false;
	for (uint32_t i = 0; i < call->n_items && i < call->source->n_params; i++) {
		enum transform_param_kind kind = call->source->params[i].kind;
		if (kind == TRANSFORM_PART)
			add_part(b, p, call->items[i], scope);
		else if (source_is_list(kind))
			add_list(b, p, call->items[i], kind, scope);
	}
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->operands[i].type != (p->are_events ? TYPE_EVENTS : TYPE_PATTERN))
			return false;
		p->patterns[i] = p->operands[i].pattern;
	}
	return true;
}

static const double *weights_of(struct builder *b, const struct ast *list, enum transform_param_kind kind)
{
	double *weights = build_alloc(b, list->n_items, sizeof(*weights));

	for (uint32_t i = 0; weights && i < list->n_items; i++)
		(void)ast_constant(list->items[i]->items[kind == TRANSFORM_WEIGHTED], &weights[i]);
	return weights;
}

/* The argument for a parameter; *at is the first part that is not used yet. */
static struct transform_arg source_arg(struct builder *b, const struct transform_param *param, struct ast *arg,
				       const struct parts *p, uint32_t *at, const struct scope *scope)
{
	struct transform_arg out = { .parts = p->patterns + *at };

	if (param->kind == TRANSFORM_PART) {
		out.pattern = p->patterns[(*at)++];
	} else if (source_is_list(param->kind)) {
		out.n_parts = arg->n_items;
		*at += arg->n_items;
		if (param->kind != TRANSFORM_PARTS)
			out.weights = weights_of(b, arg, param->kind);
	} else {
		out = build_transform_arg(b, param, arg, scope);
	}
	return out;
}

struct operand build_source(struct builder *b, struct ast *call, const struct scope *scope)
{
	const struct source_def *def = call->source;
	struct transform_arg args[TRANSFORM_PARAMS_MAX] = { { .pattern = NULL } };
	struct scope plain = { .splices = scope->splices };
	struct parts parts;
	uint32_t at = 0;

	if (!build_parts(b, call, &parts, &plain))
		return operand_broken();
	struct operand v = parts.are_events ? events_merge(b, parts.operands, parts.n, parts.patterns)
					    : (struct operand){ .type = TYPE_PATTERN, .node = NODE_NONE };
	for (unsigned i = 0; i < def->n_params; i++)
		args[i] = source_arg(b, &def->params[i], i < call->n_items ? call->items[i] : NULL, &parts, &at, scope);
	const struct pattern *p = b->shared->is_exhausted ? NULL : def->make(build_arena(b), args, call->id);
	b->shared->is_exhausted |= !p;
	if (!p)
		return operand_broken();
	v.span = call->span;
	v.pattern = p;
	v.events.pattern = p;
	return v;
}

struct operand build_wanted(struct builder *b, struct ast *node, const struct scope *scope)
{
	enum lang_type t = type_wanted(node);
	struct scope inner = *scope;

	inner.wants_pattern = t == TYPE_NUMBER || t == TYPE_PATTERN;
	return build_expr(b, node, &inner);
}

/* --- Behind `#` ------------------------------------------------------------------------------------------------- */

/* `events # scale "minor"`: the transform of all that is set so far. */
struct operand build_transform_behind(struct builder *b, struct ast *call, const struct operand *input,
				      const struct scope *scope)
{
	struct operand v = *input;
	bool is_events = v.type == TYPE_EVENTS;
	const struct tower *t = build_tower(b, call, NULL, scope);

	if (!t || (!is_events && v.type != TYPE_PATTERN))
		return operand_broken();
	v.span.end = call->span.end;
	if (!is_events) {
		v.pattern = tower_apply(b, t, v.pattern, false);
		return v.pattern ? v : operand_broken();
	}
	if (v.events.section)
		section_add_use(b, v.events.section, t->use);
	else
		v.events.pattern = tower_apply(b, t, v.events.pattern, true);
	v.events.instance = NULL;
	return v.events.pattern ? v : operand_broken();
}
