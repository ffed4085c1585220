/* Arguments of functions: what a parameter's flags and words make of a number, a string or a signal. */
#include <string.h>

#include "render/graph/build_impl.h"

/* Numbers of a PARAM_LIST: more than any spectrum or envelope that is written by hand. */
enum { LIST_VALUES_MAX = 256 };

static uint32_t complain(struct builder *b, struct span where, const struct node_def *def,
			 const struct param_def *param, const char *expected, enum lang_type found)
{
	if (found != TYPE_BROKEN)
		diag_add(b->shared->diags, DIAG_ERROR, "not-constant", where, "'%s' of '%s' must be %s, found %s",
			 param->name, def->name, expected, lang_type_name(found));
	return NODE_NONE;
}

/* --- Lists ------------------------------------------------------------------------------------------------------ */

/* The numbers of cycle 0 in the order of time. 0, with a complaint, when there are none or too many. */
static uint32_t list_values(struct builder *b, const struct operand *v, sample values[LIST_VALUES_MAX])
{
	struct query q = { .arena = build_arena(b) };
	struct timespan first = { rational_int(0), rational_int(1) };
	struct hap_list haps = { .n = 0 };
	struct error err;

	if (pattern_query(v->pattern, first, &q, &haps, &err) || haps.n == 0 || haps.n > LIST_VALUES_MAX) {
		diag_add(b->shared->diags, DIAG_ERROR, "out-of-range", v->span, "expected 1 to %d numbers in this list",
			 LIST_VALUES_MAX);
		return 0;
	}
	hap_list_sort(&haps);
	for (size_t i = 0; i < haps.n; i++)
		values[i] = haps.haps[i].value.kind == VALUE_NUMBER ? (sample)haps.haps[i].value.number : 0;
	return (uint32_t)haps.n;
}

static uint32_t list_node(struct builder *b, const sample *values, uint32_t n, struct span span)
{
	sample *list = build_alloc(b, n, sizeof(*list));
	uint32_t node = n ? build_const(b, (double)values[0], span) : NODE_NONE;

	if (!list || node == NODE_NONE)
		return NODE_NONE;
	memcpy(list, values, n * sizeof(*list));
	b->graph->nodes[node].list = list;
	b->graph->nodes[node].n_list = n;
	return node;
}

static uint32_t build_list(struct builder *b, const struct node_def *def, const struct param_def *param,
			   const struct operand *v)
{
	sample values[LIST_VALUES_MAX] = { (sample)v->number };

	if (v->type == TYPE_NUMBER)
		return list_node(b, values, 1, v->span);
	if (v->type != TYPE_PATTERN)
		return complain(b, v->span, def, param, "a string of numbers", v->type);
	/* As for a gain: numbers alone. */
	if (!pattern_check_values(b, v->pattern, CONTROL_GAIN))
		return NODE_NONE;
	return list_node(b, values, list_values(b, v, values), v->span);
}

/* --- Words ------------------------------------------------------------------------------------------------------ */

static size_t word_index(const char *const *words, struct word w)
{
	size_t i = 0;

	while (words[i] && (strlen(words[i]) != w.len || memcmp(words[i], w.text, w.len) != 0))
		i++;
	return i;
}

static bool map_index(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	const char *const *words = ctx;
	struct value *v = ARENA_NEW(a, struct value);

	if (!v)
		return false;
	*v = *in;
	if (in->kind == VALUE_WORD)
		*v = (struct value){ .kind = VALUE_NUMBER, .number = (double)word_index(words, in->word) };
	*out = (struct value_list){ 1, v };
	return true;
}

struct word_check {
	struct builder *b;
	const struct node_def *def;
	const struct param_def *param;
	bool is_broken;
};

static void check_word(void *ctx, const struct value *v, struct span source)
{
	struct word_check *c = ctx;
	const char *const *words = c->param->words;
	size_t n = 0;

	if (v->kind != VALUE_WORD || words[word_index(words, v->word)])
		return;
	c->is_broken = true;
	while (words[n])
		n++;
	int shown = (int)(v->word.len > 40 ? 40 : v->word.len);
	struct diag *d = diag_add(c->b->shared->diags, DIAG_ERROR, "unknown-name", source,
				  "unknown '%s' of '%s': '%.*s'", c->param->name, c->def->name, shown, v->word.text);
	const char *near = diag_nearest(v->word.text, v->word.len, words, n);
	if (near)
		diag_suggest(d, source, near);
	else
		diag_hint(d, "the first that there is: '%s'", words[0]);
}

/* Words become their indices; numbers stay. NULL when there is an unknown one. */
static const struct pattern *words_to_indices(struct builder *b, const struct node_def *def,
					      const struct param_def *param, const struct pattern *p)
{
	struct word_check c = { b, def, param, false };

	pattern_each_atom(p, check_word, &c);
	if (c.is_broken)
		return NULL;
	struct value constant;
	if (pattern_is_pure(p, &constant) && constant.kind == VALUE_WORD)
		return pattern_of_number(b, (double)word_index(param->words, constant.word));
	p = pattern_map(build_arena(b), p, (struct value_fn){ map_index, param->words });
	b->shared->is_exhausted |= !p;
	return p;
}

/* --- Controls --------------------------------------------------------------------------------------------------- */

static uint32_t control_node(struct builder *b, const struct pattern *p, struct span span, const struct scope *scope)
{
	p = p ? tower_apply(b, scope->tower, p, false) : NULL;
	uint32_t node = p ? build_node(b, GRAPH_CONTROL, span) : NODE_NONE;

	if (node != NODE_NONE)
		b->graph->nodes[node].pattern = p;
	return node;
}

/* A pattern of indices. Its atoms are words still, so it must not be looked at as one of notes. */
static uint32_t build_words(struct builder *b, const struct node_def *def, const struct param_def *param,
			    const struct operand *v, const struct scope *scope)
{
	const struct pattern *p = words_to_indices(b, def, param, v->pattern);
	struct value constant;

	if (p && pattern_is_pure(p, &constant) && constant.kind == VALUE_NUMBER)
		return build_const(b, constant.number, v->span);
	return control_node(b, p, v->span, scope);
}

uint32_t build_gate(struct builder *b, const struct operand *v, const struct scope *scope)
{
	uint32_t node = control_node(b, v->pattern, v->span, scope);

	if (node != NODE_NONE)
		b->graph->nodes[node].is_gate = true;
	return node;
}

/* ---------------------------------------------------------------------------------------------------------------- */

/* A kernel clamps what a signal brings; a number in the program is more likely a slip. */
static void warn_of_range(struct builder *b, const struct node_def *def, const struct param_def *param,
			  const struct operand *v)
{
	if (v->type != TYPE_NUMBER || (param->flags & PARAM_INPUT) ||
	    (v->number >= param->min && v->number <= param->max))
		return;
	diag_add(b->shared->diags, DIAG_WARNING, "out-of-range", v->span,
		 "'%s' of '%s' is between %.10g and %.10g%s%s, found %.10g: %.10g is taken", param->name, def->name,
		 param->min, param->max, *param->unit ? " " : "", param->unit, v->number,
		 v->number < param->min ? param->min : param->max);
}

uint32_t build_argument(struct builder *b, const struct node_def *def, const struct param_def *param, struct ast *arg,
			const struct scope *scope)
{
	struct operand v = build_expr(b, arg, scope);

	warn_of_range(b, def, param, &v);
	if (param->flags & PARAM_LIST)
		return build_list(b, def, param, &v);
	if (v.type == TYPE_PATTERN && param->words)
		return build_words(b, def, param, &v, scope);
	if (v.type == TYPE_PATTERN && param->flags & PARAM_GATE)
		return build_gate(b, &v, scope);
	if (param->flags & PARAM_CONST && v.type != TYPE_NUMBER)
		return complain(b, arg->span, def, param, "a number", v.type);
	return build_signal(b, &v, scope);
}
