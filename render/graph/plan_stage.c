/* From nodes to stages.
 *
 * At first every node is a group of its own, a loop one group. Then, from the outputs backwards, a group joins
 * the group that alone consumes it, where group_may_join() finds that worth it. A group is named by its last node, its
 * root, which is the only one that others read; but for the pure groups that feed one group that carries: many short
 * ones are put together. So groups in the order of their roots have inputs first, and each becomes one stage (event sources become two or three, free-running phases get one in front). */
#include "render/graph/plan_stage.h"

#include <stdlib.h>

struct group {
	uint32_t consumer; /* the only group that reads it; PLAN_NONE: several, or a reader that must not be joined */
	bool is_carry;
	bool is_joinable; /* plain kernels: no loop, no pattern, no voices */
	bool is_pinned;   /* read by an output or by a phase: its signal must exist as a stage's result */
	uint32_t feeder;  /* of a group that carries: the pure group of what it alone reads; PLAN_NONE: none yet */
	unsigned cost;    /* of computing a block, roughly; see node_cost() */
};

struct stager {
	struct arena *arena;
	struct plan *plan;
	const struct plan_order *order;
	const struct node_env *env;
	uint32_t *root;       /* [n_nodes]: the root of each node's group */
	struct group *groups; /* [n_nodes], by root */
	uint64_t cost;        /* of all groups */
	uint32_t *members;    /* [n_nodes]: nodes by group, ascending within each */
	uint32_t *first;      /* [n_nodes + 1]: members of the group of root r are first[r] .. first[r + 1] - 1 */
	uint32_t *needs;      /* stages that one stage reads, without repeats */
	uint32_t n_needs;
	uint32_t *needed_by; /* [n_stages]: the last stage, plus 1, that put it into needs */
};

/* --- Groups ----------------------------------------------------------------------------------------------- */

enum {
	COST_LIGHT = 1,          /* arithmetic */
	COST_KERNEL = 8,         /* an oscillator, a filter */
	COST_LONG = 32,          /* delay lines, reverbs */
	COST_CARRY_MAX = 16,     /* of one stage that runs block after block: more is better left a pipeline */
	COST_SERIALISED_MAX = 4, /* of the pure part that a carrying group may take along in any case */
	COST_FEEDER_MAX = 64, /* of pure groups that feed the same one: enough for a tile that is worth handing out */
	CHAINS_WANTED = 32,   /* a carrying group may grow while the plan has work for so many of its size */
	LONG_STATE_BYTES = 4096,
};

static size_t node_state_bytes(const struct plan_node *n, const struct node_env *env)
{
	struct node_input in[NODE_INPUTS_MAX];
	if (!n->def->state_bytes || n->def->n_params > NODE_PARAMS_MAX)
		return 0;
	plan_node_constants(n, in);
	return n->def->state_bytes(env, in);
}

static unsigned node_cost(const struct plan_node *n, const struct node_env *env)
{
	if (n->kind != GRAPH_NODE)
		return COST_KERNEL;
	if (n->is_line)
		return COST_LIGHT;
	if (n->def->n_lanes)
		return COST_LONG;
	if (n->def->time_class == TIME_PURE && !n->def->state_bytes)
		return COST_LIGHT;
	return node_state_bytes(n, env) > LONG_STATE_BYTES ? COST_LONG : COST_KERNEL;
}

/* The rule of fusion. A carrying stage runs one block after the other, so what it costs is a bound for the whole
 * plan: it must not take along pure work that blocks could share out, nor grow until it is the whole pipeline. Unless
 * the plan is so wide that there is enough beside it: then fewer, longer tiles are worth more. */
static bool group_may_join(const struct stager *s, const struct group *producer, const struct group *consumer)
{
	unsigned cost = producer->cost + consumer->cost;

	if (!producer->is_joinable || !consumer->is_joinable || producer->is_pinned)
		return false;
	if (!producer->is_carry && !consumer->is_carry)
		return true;
	if ((uint64_t)cost * CHAINS_WANTED <= s->cost)
		return true;
	if (producer->is_carry && consumer->is_carry)
		return cost <= COST_CARRY_MAX;
	return (producer->is_carry ? consumer->cost : producer->cost) <= COST_SERIALISED_MAX;
}

static uint32_t root_of(struct stager *s, uint32_t node)
{
	while (s->root[node] != node) {
		s->root[node] = s->root[s->root[node]];
		node = s->root[node];
	}
	return node;
}

static bool is_free_phase(const struct plan_node *n)
{
	return n->kind == GRAPH_NODE && n->time_class == TIME_SCAN;
}

static void groups_init(struct stager *s)
{
	struct plan *p = s->plan;
	for (uint32_t i = 0; i < p->n_nodes; i++) {
		struct plan_node *n = &p->nodes[i];
		s->root[i] = i;
		s->groups[i] = (struct group){
			.consumer = i,
			.feeder = PLAN_NONE,
			.is_carry = n->time_class == TIME_CARRY,
			.cost = node_cost(n, s->env),
			.is_joinable = n->kind == GRAPH_NODE && s->order->loop[n->graph_idx] == UINT32_MAX,
		};
		s->cost += s->groups[i].cost;
	}
	for (uint32_t i = 0; i < p->n_outputs; i++)
		if (p->outputs[i].source.node != PLAN_NONE)
			s->groups[p->outputs[i].source.node].is_pinned = true;
	for (uint32_t i = 0; i < p->n_nodes; i++)
		for (uint32_t k = 0; is_free_phase(&p->nodes[i]) && k < p->nodes[i].n_inputs; k++)
			if (p->nodes[i].inputs[k].node != PLAN_NONE)
				s->groups[p->nodes[i].inputs[k].node].is_pinned = true;
}

/* The nodes of a loop are neighbours; the last one names the group. */
static void loops_group(struct stager *s)
{
	const struct plan *p = s->plan;
	for (uint32_t i = p->n_nodes; i-- > 1;) {
		uint32_t loop = s->order->loop[p->nodes[i].graph_idx];
		if (loop != UINT32_MAX && s->order->loop[p->nodes[i - 1].graph_idx] == loop)
			s->root[i - 1] = s->root[i];
	}
}

/* Every reader of node's signal is visited before node itself, so its own group is settled then. */
static void note_readers(struct stager *s, uint32_t reader)
{
	const struct plan_node *n = &s->plan->nodes[reader];
	uint32_t group = root_of(s, reader);
	for (uint32_t k = 0; k < n->n_inputs; k++) {
		if (n->inputs[k].node == PLAN_NONE)
			continue;
		struct group *g = &s->groups[n->inputs[k].node];
		g->consumer = g->consumer == n->inputs[k].node || g->consumer == group ? group : PLAN_NONE;
	}
}

static void group_join(struct stager *s, uint32_t group, uint32_t into)
{
	s->root[group] = into;
	s->groups[into].is_carry |= s->groups[group].is_carry;
	s->groups[into].cost += s->groups[group].cost;
}

/* What feeds a group that carries, and is too much to run in its order, shares a stage with others of the kind. Those
 * before it in the plan were not visited yet, so that the first one found is the last, the root. */
static void feeder_join(struct stager *s, uint32_t group, uint32_t consumer)
{
	struct group *g = &s->groups[group], *into = &s->groups[consumer];

	if (!g->is_joinable || g->is_pinned || g->is_carry || !into->is_joinable || !into->is_carry)
		return;
	if (into->feeder != PLAN_NONE && s->groups[into->feeder].cost + g->cost <= COST_FEEDER_MAX)
		group_join(s, group, into->feeder);
	else
		into->feeder = group;
}

static void groups_fuse(struct stager *s)
{
	for (uint32_t i = s->plan->n_nodes; i-- > 0;) {
		struct group *g = &s->groups[i];
		uint32_t into = g->consumer;
		if (into != PLAN_NONE && into != i && root_of(s, i) == i) {
			if (group_may_join(s, g, &s->groups[into]))
				group_join(s, i, into);
			else
				feeder_join(s, i, into);
		}
		note_readers(s, i);
	}
}

/* --- Stages ----------------------------------------------------------------------------------------------- */

static struct plan_stage *stage_add(struct stager *s, enum stage_kind kind, bool is_carry, uint32_t n_nodes)
{
	struct plan *p = s->plan;
	struct plan_stage *st = &p->stages[p->n_stages++];
	*st = (struct plan_stage){
		.kind = kind,
		.is_carry = is_carry,
		.nodes = ARENA_ARRAY(s->arena, n_nodes, uint32_t),
	};
	return st->nodes ? st : NULL;
}

static int stage_add_single(struct stager *s, enum stage_kind kind, bool is_carry, uint32_t node)
{
	struct plan_stage *st = stage_add(s, kind, is_carry, 1);
	if (!st)
		return -1;
	st->nodes[st->n_nodes++] = node;
	return 0;
}

static int controls_stage(struct stager *s)
{
	struct plan *p = s->plan;
	if (p->n_controls == 0)
		return 0;
	struct plan_stage *st = stage_add(s, STAGE_CONTROLS, true, p->n_controls);
	if (!st)
		return -1;
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (p->nodes[i].kind == GRAPH_CONTROL) {
			st->nodes[st->n_nodes++] = i;
			p->nodes[i].stage = p->n_stages - 1;
		}
	return 0;
}

static int events_stages(struct stager *s, uint32_t node)
{
	struct plan *p = s->plan;
	struct plan_node *n = &p->nodes[node];
	if (stage_add_single(s, STAGE_SCORE, true, node))
		return -1;
	if (stage_add_single(s, STAGE_NOTES, true, node))
		return -1;
	n->stage = p->n_stages;
	return stage_add_single(s, STAGE_VOICES, false, node);
}

static int kernels_stage(struct stager *s, uint32_t root)
{
	struct plan *p = s->plan;
	const uint32_t *members = s->members + s->first[root];
	uint32_t n_members = s->first[root + 1] - s->first[root];
	bool is_loop = s->order->loop[p->nodes[root].graph_idx] != UINT32_MAX;

	for (uint32_t i = 0; i < n_members; i++)
		if (is_free_phase(&p->nodes[members[i]])) {
			p->nodes[members[i]].advance_stage = p->n_stages;
			if (stage_add_single(s, STAGE_ADVANCE, true, members[i]))
				return -1;
		}
	struct plan_stage *st = stage_add(s, is_loop ? STAGE_LOOP : STAGE_NODES, s->groups[root].is_carry, n_members);
	if (!st)
		return -1;
	for (uint32_t i = 0; i < n_members; i++) {
		st->nodes[st->n_nodes++] = members[i];
		p->nodes[members[i]].stage = p->n_stages - 1;
	}
	return 0;
}

/* A counting sort of the nodes by root. */
static void members_sort(struct stager *s)
{
	uint32_t n = s->plan->n_nodes;
	for (uint32_t i = 0; i < n; i++)
		s->first[root_of(s, i) + 1]++;
	for (uint32_t i = 0; i < n; i++)
		s->first[i + 1] += s->first[i];
	for (uint32_t i = 0; i < n; i++)
		s->members[s->first[root_of(s, i)]++] = i;
	for (uint32_t i = n; i > 0; i--)
		s->first[i] = s->first[i - 1];
	s->first[0] = 0;
}

static int stages_add(struct stager *s)
{
	struct plan *p = s->plan;
	if (controls_stage(s))
		return -1;
	members_sort(s);
	for (uint32_t i = 0; i < p->n_nodes; i++) {
		int rc = 0;
		if (p->nodes[i].kind == GRAPH_EVENTS)
			rc = events_stages(s, i);
		else if (p->nodes[i].kind == GRAPH_NODE && s->first[i] < s->first[i + 1])
			rc = kernels_stage(s, i);
		if (rc)
			return -1;
	}
	return stage_add(s, STAGE_OUTPUT, true, 0) ? 0 : -1;
}

/* --- Edges ------------------------------------------------------------------------------------------------ */

static void need(struct stager *s, uint32_t reader, uint32_t stage)
{
	if (stage == reader || s->needed_by[stage] == reader + 1)
		return;
	s->needed_by[stage] = reader + 1;
	s->needs[s->n_needs++] = stage;
}

static void need_signal(struct stager *s, uint32_t reader, const struct plan_input *in)
{
	if (in->node != PLAN_NONE)
		need(s, reader, s->plan->nodes[in->node].stage);
}

/* Collects what stage idx reads. The stages of one event source follow each other. */
static void stage_needs(struct stager *s, uint32_t idx)
{
	const struct plan *p = s->plan;
	const struct plan_stage *st = &p->stages[idx];
	s->n_needs = 0;
	if (st->kind == STAGE_NOTES || st->kind == STAGE_VOICES) {
		need(s, idx, idx - 1);
		if (p->stages[idx - 1].kind == STAGE_NOTES)
			need(s, idx, idx - 2);
		return;
	}
	for (uint32_t i = 0; i < st->n_nodes; i++) {
		const struct plan_node *n = &p->nodes[st->nodes[i]];
		for (uint32_t k = 0; k < n->n_inputs; k++)
			need_signal(s, idx, &n->inputs[k]);
		if (st->kind == STAGE_NODES && n->advance_stage != PLAN_NONE)
			need(s, idx, n->advance_stage);
	}
	for (uint32_t i = 0; st->kind == STAGE_OUTPUT && i < p->n_outputs; i++)
		need_signal(s, idx, &p->outputs[i].source);
}

static int stage_cmp(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;
	return (*a > *b) - (*a < *b);
}

static int stage_inputs(struct stager *s, uint32_t idx)
{
	struct plan_stage *st = &s->plan->stages[idx];
	stage_needs(s, idx);
	if (s->n_needs > 0)
		qsort(s->needs, s->n_needs, sizeof *s->needs, stage_cmp);
	st->n_inputs = s->n_needs;
	st->inputs = ARENA_ARRAY(s->arena, s->n_needs, uint32_t);
	if (!st->inputs)
		return -1;
	for (uint32_t i = 0; i < s->n_needs; i++) {
		st->inputs[i] = s->needs[i];
		s->plan->stages[s->needs[i]].n_consumers++;
	}
	return 0;
}

static int stages_connect(struct stager *s)
{
	struct plan *p = s->plan;
	s->needs = ARENA_ARRAY(s->arena, p->n_stages, uint32_t);
	s->needed_by = ARENA_ARRAY(s->arena, p->n_stages, uint32_t);
	if (!s->needs || !s->needed_by)
		return -1;
	for (uint32_t i = 0; i < p->n_stages; i++)
		if (stage_inputs(s, i))
			return -1;
	for (uint32_t i = 0; i < p->n_stages; i++) {
		p->stages[i].consumers = ARENA_ARRAY(s->arena, p->stages[i].n_consumers, uint32_t);
		if (!p->stages[i].consumers)
			return -1;
		p->stages[i].n_consumers = 0;
	}
	for (uint32_t i = 0; i < p->n_stages; i++)
		for (uint32_t k = 0; k < p->stages[i].n_inputs; k++) {
			struct plan_stage *in = &p->stages[p->stages[i].inputs[k]];
			in->consumers[in->n_consumers++] = i;
		}
	return 0;
}

/* The notes tile carries only for its order, and what is behind the mix says itself what it hears. Who reads a stage stands
 * behind it, so one walk backwards is enough. */
static void stages_mark_lasting(struct plan *p)
{
	for (uint32_t i = p->n_stages; i-- > 0;) {
		struct plan_stage *st = &p->stages[i];
		st->is_lasting = st->is_carry && st->kind != STAGE_NOTES && st->kind < STAGE_MIX;
		for (uint32_t k = 0; k < st->n_consumers; k++)
			st->is_lasting |= p->stages[st->consumers[k]].is_lasting;
	}
}

int plan_stages_build(struct arena *a, struct plan *p, const struct plan_order *order, const struct node_env *env)
{
	struct stager s = {
		.arena = a,
		.plan = p,
		.order = order,
		.env = env,
		.root = ARENA_ARRAY(a, p->n_nodes, uint32_t),
		.groups = ARENA_ARRAY(a, p->n_nodes, struct group),
		.members = ARENA_ARRAY(a, p->n_nodes, uint32_t),
		.first = ARENA_ARRAY(a, (size_t)p->n_nodes + 1, uint32_t),
	};
	/* An event source has three, a kernel at most two; controls and output are one each. */
	p->stages = ARENA_ARRAY(a, 3 * (size_t)p->n_nodes + 2, struct plan_stage);
	if (!s.root || !s.groups || !s.members || !s.first || !p->stages)
		return -1;
	groups_init(&s);
	loops_group(&s);
	groups_fuse(&s);
	if (stages_add(&s) || stages_connect(&s))
		return -1;
	stages_mark_lasting(p);
	return 0;
}
