/* The output of a plan as stages: see plan.h. */
#include <string.h>

#include "render/graph/plan.h"

enum { STEPS_MAX = 5, READERS_MAX = 2 };

/* Appends a stage that carries and reads the given ones; UINT32_MAX when memory is out. Its own readers are still to come. */
static uint32_t step_add(struct arena *a, struct plan *p, enum stage_kind kind, const uint32_t *inputs,
			 uint32_t n_inputs)
{
	uint32_t idx = p->n_stages;
	struct plan_stage *st = &p->stages[idx];

	*st = (struct plan_stage){
		.kind = kind,
		.is_carry = true,
		.inputs = ARENA_ARRAY(a, n_inputs, uint32_t),
		.n_inputs = n_inputs,
		.consumers = ARENA_ARRAY(a, READERS_MAX, uint32_t),
	};
	if (!st->inputs || !st->consumers)
		return UINT32_MAX;
	for (uint32_t i = 0; i < n_inputs; i++) {
		struct plan_stage *in = &p->stages[inputs[i]];
		st->inputs[i] = inputs[i];
		in->consumers[in->n_consumers++] = idx;
	}
	p->n_stages++;
	return idx;
}

/* The last stage gives up its place, and what it reads, to the mix. */
static int mix_begin(struct arena *a, struct plan *p)
{
	struct plan_stage *st = &p->stages[p->n_stages - 1];

	st->kind = STAGE_MIX;
	st->is_carry = false;
	st->consumers = ARENA_ARRAY(a, READERS_MAX, uint32_t);
	return st->consumers ? 0 : -1;
}

static int steps_add(struct arena *a, struct plan *p, const struct plan_delivery *delivery)
{
	uint32_t last[READERS_MAX] = { p->n_stages - 1 }, n_last = 1;

	if (delivery->is_level_carried)
		last[0] = step_add(a, p, STAGE_LEVEL, last, 1);
	if (last[0] != UINT32_MAX && delivery->has_files) {
		uint32_t level = last[0];
		last[0] = step_add(a, p, STAGE_MEASURE, &level, 1);
		last[1] = last[0] == UINT32_MAX ? UINT32_MAX : step_add(a, p, STAGE_ENCODE, &level, 1);
		n_last = 2;
	}
	if (last[0] == UINT32_MAX || (n_last == 2 && last[1] == UINT32_MAX))
		return -1;
	if (n_last == 2)
		p->stages[last[1]].is_carry = delivery->is_encoding_carried;
	return step_add(a, p, STAGE_OUTPUT, last, n_last) == UINT32_MAX ? -1 : 0;
}

static bool may_split(const struct plan *p, const struct plan_stage *st)
{
	if (st->kind != STAGE_NODES || !st->is_carry)
		return false;
	for (uint32_t i = 0; i < st->n_nodes; i++)
		if (p->nodes[st->nodes[i]].n_kernels < PLAN_CHANNELS_MAX)
			return false;
	return true;
}

const struct plan *plan_pipeline(struct arena *a, const struct plan *p, const struct plan_delivery *delivery)
{
	struct plan *made = ARENA_NEW(a, struct plan);

	if (!made)
		return NULL;
	*made = *p;
	made->stages = ARENA_ARRAY(a, p->n_stages + STEPS_MAX - 1, struct plan_stage);
	if (!made->stages)
		return NULL;
	memcpy(made->stages, p->stages, p->n_stages * sizeof *p->stages);
	for (uint32_t i = 0; i < p->n_stages; i++)
		made->stages[i].is_split = may_split(p, &p->stages[i]);
	return mix_begin(a, made) || steps_add(a, made, delivery) ? NULL : made;
}
