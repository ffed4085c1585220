/* Signals that are functions of time as patterns: `fast ~lfo` reads the LFO at the begin of each cycle.
 *
 * An oscillator's phase at time t, in cycles of the tempo, is t * frequency / cps exactly, so its value is that of a
 * pattern signal that runs so much faster. Values at later instants are never asked for: the whole is read once per
 * cycle, whatever the block in which the cycle begins. */
#include "render/graph/build_impl.h"
#include "render/lang/timed.h"
#include "render/pattern/signal.h"

#include <string.h>

static const struct pattern *oscillator(struct builder *b, const char *signal, double frequency_hz, double sign)
{
	struct arena *a = build_arena(b);
	double cps = rational_to_double(b->shared->cps);
	const struct pattern *p = pattern_signal(a, signal, strlen(signal), 0);

	p = pattern_fast(a, pattern_of_number(b, frequency_hz), p);
	p = pattern_slow(a, pattern_of_number(b, cps), p);
	return pattern_combine(a, PATTERN_MUL, STRUCTURE_LEFT, p, pattern_of_number(b, sign));
}

static const struct pattern *timed(struct builder *b, struct ast *node);

static const struct pattern *timed_arith(struct builder *b, struct ast *node)
{
	const struct pattern *p = timed(b, node->items[0]);

	if (node->kind == AST_NEGATE)
		return pattern_combine(build_arena(b), PATTERN_MUL, STRUCTURE_LEFT, p, pattern_of_number(b, -1));
	for (uint32_t i = 1; i < node->n_items && p; i++)
		p = pattern_combine(build_arena(b), build_op(node->ops[i - 1]), STRUCTURE_LEFT, p,
				    timed(b, node->items[i]));
	return p;
}

static const struct pattern *timed_new(struct builder *b, struct ast *node)
{
	double frequency_hz, sign;
	const char *signal = ast_timed_oscillator(node, &frequency_hz, &sign);
	struct operand v;

	if (signal)
		return oscillator(b, signal, frequency_hz, sign);
	if (node->kind == AST_NEGATE || node->kind == AST_ARITH)
		return timed_arith(b, node);
	if (node->kind == AST_BUS)
		return timed(b, node->bus->expr);
	v = build_expr(b, node, &(struct scope){ 0 });
	if (v.type == TYPE_NUMBER)
		return pattern_of_number(b, v.number);
	return v.type == TYPE_PATTERN ? pattern_to_numbers(b, v.pattern, true) : NULL;
}

static const struct pattern *timed(struct builder *b, struct ast *node)
{
	if (!build_enter(b, node->span))
		return NULL;
	const struct pattern *p = timed_new(b, node);
	build_leave(b);
	return p;
}

const struct pattern *build_timed(struct builder *b, struct ast *node)
{
	const struct pattern *p = ast_is_timed(node) ? timed(b, node) : NULL;

	p = p ? pattern_per_cycle(build_arena(b), p) : NULL;
	b->shared->is_exhausted |= !p && b->shared->diags->n_errors == 0;
	return p;
}
