/* The registries as other folders see them. */
#include "render/render.h"

#include "render/dsp/node.h"
#include "render/pattern/transform.h"

_Static_assert(RENDER_PARAMS_MAX >= (int)NODE_PARAMS_MAX && RENDER_PARAMS_MAX >= (int)TRANSFORM_PARAMS_MAX, "room");

static enum render_argument argument_of_node(const struct node_def *def, const struct param_def *p)
{
	if (def->is_variadic)
		return RENDER_ARGUMENT_LIST;
	if (!def->process && !def->is_modifier)
		return RENDER_ARGUMENT_PATTERN;
	if (p->flags & PARAM_INPUT)
		return RENDER_ARGUMENT_INPUT;
	if (p->flags & PARAM_GATE)
		return RENDER_ARGUMENT_GATE;
	if (p->flags & PARAM_LIST)
		return RENDER_ARGUMENT_NUMBERS;
	return p->flags & PARAM_CONST ? RENDER_ARGUMENT_CONSTANT : RENDER_ARGUMENT_SIGNAL;
}

static void node_entry(const struct node_def *def, struct render_entry *e)
{
	*e = (struct render_entry){
		.kind = def->process       ? RENDER_ENTRY_FUNCTION
			: def->is_modifier ? RENDER_ENTRY_MODIFIER
					   : RENDER_ENTRY_SOURCE,
		.name = def->name,
		.aliases = def->aliases,
		.doc = def->doc,
		.reference = def->reference,
		.example = def->example,
		.n_params = def->n_params,
	};
	for (unsigned i = 0; i < def->n_params; i++) {
		const struct param_def *p = &def->params[i];

		e->params[i] = (struct render_param){
			.name = p->name,
			.unit = p->unit ? p->unit : "",
			.doc = p->doc,
			.argument = argument_of_node(def, p),
			.is_optional = p->flags & (PARAM_OPTIONAL | PARAM_PITCH),
			.def = p->flags & PARAM_PITCH && !(p->flags & PARAM_OPTIONAL) ? 1 : p->def,
			.min = p->min,
			.max = p->max,
			.words = p->words,
		};
	}
}

static enum render_argument argument_of_transform(enum transform_param_kind kind)
{
	switch (kind) {
	case TRANSFORM_FUNCTION:
		return RENDER_ARGUMENT_TRANSFORM;
	case TRANSFORM_FUNCTIONS:
		return RENDER_ARGUMENT_TRANSFORMS;
	case TRANSFORM_TRUTH:
		return RENDER_ARGUMENT_GATE;
	case TRANSFORM_NAME:
		return RENDER_ARGUMENT_NAMES;
	case TRANSFORM_PATTERN:
		break;
	}
	return RENDER_ARGUMENT_PATTERN;
}

static void transform_entry(const struct transform_def *def, struct render_entry *e)
{
	*e = (struct render_entry){
		.kind = RENDER_ENTRY_TRANSFORM,
		.name = def->name,
		.aliases = def->aliases,
		.doc = def->doc,
		.example = def->example,
		.n_params = def->n_params,
	};
	for (unsigned i = 0; i < def->n_params; i++) {
		const struct transform_param *p = &def->params[i];

		e->params[i] = (struct render_param){
			.name = p->name,
			.unit = p->unit ? p->unit : "",
			.doc = p->doc,
			.argument = argument_of_transform(p->kind),
			.is_optional = p->is_optional,
			.def = p->def,
			.min = p->min,
			.max = p->max,
			.words = p->names,
		};
	}
}

size_t render_catalogue_len(void)
{
	return node_registry_len + transform_registry_len;
}

void render_catalogue_entry(size_t i, struct render_entry *out)
{
	if (i < node_registry_len)
		node_entry(node_registry[i], out);
	else
		transform_entry(transform_registry[i - node_registry_len], out);
}

const char *render_entry_kind_name(enum render_entry_kind kind)
{
	static const char *const names[] = { [RENDER_ENTRY_SOURCE] = "source",
					     [RENDER_ENTRY_FUNCTION] = "function",
					     [RENDER_ENTRY_MODIFIER] = "modifier",
					     [RENDER_ENTRY_TRANSFORM] = "transform" };

	return names[kind];
}

const char *render_argument_name(enum render_argument argument)
{
	static const char *const names[] = {
		[RENDER_ARGUMENT_INPUT] = "input",         [RENDER_ARGUMENT_SIGNAL] = "signal",
		[RENDER_ARGUMENT_CONSTANT] = "constant",   [RENDER_ARGUMENT_NUMBERS] = "numbers",
		[RENDER_ARGUMENT_LIST] = "list",           [RENDER_ARGUMENT_GATE] = "gate",
		[RENDER_ARGUMENT_PATTERN] = "pattern",     [RENDER_ARGUMENT_NAMES] = "names",
		[RENDER_ARGUMENT_TRANSFORM] = "transform", [RENDER_ARGUMENT_TRANSFORMS] = "transforms",
	};

	return names[argument];
}
