#include "render/graph/plan.h"

#include <inttypes.h>

static const char *const stage_names[] = {
	[STAGE_CONTROLS] = "controls", [STAGE_SCORE] = "score",     [STAGE_NOTES] = "notes",
	[STAGE_VOICES] = "voices",     [STAGE_ADVANCE] = "advance", [STAGE_NODES] = "nodes",
	[STAGE_LOOP] = "loop",         [STAGE_MIX] = "mix",         [STAGE_LEVEL] = "level",
	[STAGE_MEASURE] = "measure",   [STAGE_ENCODE] = "encode",   [STAGE_OUTPUT] = "output",
};
static const char *const class_names[] = {
	[TIME_PURE] = "pure",
	[TIME_SCAN] = "scan",
	[TIME_CARRY] = "carry",
};

static const char *node_name(const struct plan_node *n)
{
	switch (n->kind) {
	case GRAPH_CONTROL:
		return "pattern";
	case GRAPH_EVENTS:
		return "s";
	default:
		return n->def->name;
	}
}

static int print_input(const struct plan_input *in, struct buf *out)
{
	if (in->node != PLAN_NONE)
		return buf_printf(out, " n%" PRIu32 "%s", in->node, in->is_delayed ? "'" : "");
	if (in->is_free_pitch)
		return buf_printf(out, " pitch");
	return buf_printf(out, " %.9g", (double)in->value);
}

static int print_node(const struct plan *p, uint32_t idx, struct buf *out)
{
	const struct plan_node *n = &p->nodes[idx];
	if (buf_printf(out, "    n%" PRIu32 " = %s", idx, node_name(n)))
		return -1;
	for (uint32_t i = 0; i < n->n_inputs; i++)
		if (print_input(&n->inputs[i], out))
			return -1;
	return buf_printf(out, "  %s, %u ch\n", class_names[n->time_class], n->n_ch);
}

static int print_stage(const struct plan *p, uint32_t idx, struct buf *out)
{
	const struct plan_stage *st = &p->stages[idx];
	bool shows_nodes = st->kind == STAGE_NODES || st->kind == STAGE_LOOP || st->kind == STAGE_CONTROLS ||
			   st->kind == STAGE_VOICES;
	if (buf_printf(out, "stage %" PRIu32 " %s%s", idx, stage_names[st->kind], st->is_carry ? " carry" : "") ||
	    (!shows_nodes && st->n_nodes > 0 && buf_printf(out, " n%" PRIu32, st->nodes[0])))
		return -1;
	for (uint32_t i = 0; i < st->n_inputs; i++)
		if (buf_printf(out, "%s%" PRIu32, i ? ", " : " after ", st->inputs[i]))
			return -1;
	if (buf_printf(out, "\n"))
		return -1;
	for (uint32_t i = 0; shows_nodes && i < st->n_nodes; i++)
		if (print_node(p, st->nodes[i], out))
			return -1;
	return 0;
}

int plan_print(const struct plan *p, struct buf *out)
{
	for (uint32_t i = 0; i < p->n_stages; i++)
		if (print_stage(p, i, out))
			return -1;
	for (uint32_t i = 0; i < p->n_outputs; i++)
		if (buf_printf(out, "out %u =", p->outputs[i].id) || print_input(&p->outputs[i].source, out) ||
		    buf_printf(out, " * %.9g\n", (double)p->outputs[i].gain))
			return -1;
	return 0;
}

/* --- Invariants ------------------------------------------------------------------------------------------- */

static int broken(struct error *err, const char *what, uint32_t idx)
{
	return error_set(err, ERR_INTERNAL, "plan: %s (%" PRIu32 ")", what, idx);
}

static int check_node(const struct plan *p, uint32_t idx, struct error *err)
{
	const struct plan_node *n = &p->nodes[idx];
	if (n->kind == GRAPH_CONST)
		return broken(err, "a constant is a node", idx);
	if (n->n_ch < 1 || n->n_ch > PLAN_CHANNELS_MAX || n->n_kernels > n->n_ch)
		return broken(err, "a node with a strange number of channels", idx);
	if (n->stage >= p->n_stages)
		return broken(err, "a node without a stage", idx);
	if ((n->time_class == TIME_SCAN) != (n->advance_stage != PLAN_NONE))
		return broken(err, "a phase and its advance stage disagree", idx);
	for (uint32_t i = 0; i < n->n_inputs; i++) {
		const struct plan_input *in = &n->inputs[i];
		if (in->node == PLAN_NONE)
			continue;
		if (in->node >= p->n_nodes || (in->node >= idx) != in->is_delayed)
			return broken(err, "an input that comes too late", idx);
		if (in->is_delayed && p->nodes[in->node].stage != n->stage)
			return broken(err, "a back edge between stages", idx);
		if (n->kind == GRAPH_NODE && n->n_ch < p->nodes[in->node].n_ch)
			return broken(err, "a node that narrows a stereo signal", idx);
	}
	return 0;
}

static int check_stage(const struct plan *p, uint32_t idx, struct error *err)
{
	const struct plan_stage *st = &p->stages[idx];
	if ((st->kind == STAGE_OUTPUT) != (idx + 1 == p->n_stages))
		return broken(err, "the output is not the last stage", idx);
	if (st->kind != STAGE_OUTPUT && st->n_consumers == 0)
		return broken(err, "a stage that nobody reads", idx);
	for (uint32_t i = 0; i < st->n_inputs; i++)
		if (st->inputs[i] >= idx || (i > 0 && st->inputs[i] <= st->inputs[i - 1]))
			return broken(err, "inputs of a stage are out of order", idx);
	for (uint32_t i = 0; i < st->n_nodes; i++) {
		const struct plan_node *n = &p->nodes[st->nodes[i]];
		if (i > 0 && st->nodes[i] <= st->nodes[i - 1])
			return broken(err, "nodes of a stage are out of order", idx);
		if (n->time_class == TIME_CARRY && !st->is_carry)
			return broken(err, "a carrying node in a stage that does not carry", idx);
	}
	return 0;
}

/* Every edge is listed at both ends: equal counts, and each input knows its consumer. */
static int check_edges(const struct plan *p, struct error *err)
{
	uint64_t n_inputs = 0, n_consumers = 0;
	for (uint32_t i = 0; i < p->n_stages; i++) {
		n_inputs += p->stages[i].n_inputs;
		n_consumers += p->stages[i].n_consumers;
		for (uint32_t k = 0; k < p->stages[i].n_consumers; k++)
			if (p->stages[i].consumers[k] <= i)
				return broken(err, "a consumer runs before its input", i);
	}
	return n_inputs == n_consumers ? 0 : broken(err, "edges are not listed at both ends", 0);
}

int plan_check(const struct plan *p, struct error *err)
{
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (check_node(p, i, err))
			return -1;
	for (uint32_t i = 0; i < p->n_stages; i++)
		if (check_stage(p, i, err))
			return -1;
	for (uint32_t i = 0; i < p->n_events; i++)
		for (uint32_t k = 0; k < p->events[i].n_instruments; k++)
			if (plan_check(p->events[i].plans[k], err))
				return -1;
	return check_edges(p, err);
}
