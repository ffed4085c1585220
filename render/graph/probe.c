#include "render/graph/probe.h"

#include "render/graph/plan.h"

enum {
	PROBE_ARENA_BYTES_MAX = 128 << 20, /* haps of as many steps as there may be */
	/* Of all queries: one has all that it may take, as long as those before it took no more than a quarter of that. */
	PROBE_STEPS_MAX = PATTERN_STEPS_PER_CYCLE_MAX + PATTERN_STEPS_PER_CYCLE_MAX / 4,
	PROBE_NODES_MAX = 20000, /* looked at; several sources may play the same instruments */
};

struct probe {
	struct arena arena; /* of one query */
	struct diag_list *diags;
	size_t steps_left, nodes_left; /* 0: enough was asked */
};

void probe_complain(struct diag_list *diags, const struct error *err, struct span where)
{
	const char *code = err->code == ERR_TOO_LARGE ? "too-many-events" : "time-out-of-range";

	if (err->code != ERR_TOO_LARGE && err->code != ERR_INVALID)
		return;
	if (err->where.end > err->where.start)
		where = err->where;
	diag_add(diags, DIAG_ERROR, code, where, "%s", err->message);
}

/* A query that fails on fewer steps than it would have while rendering has shown nothing. */
static void probe_node(struct probe *p, const struct graph_node *n)
{
	bool is_curtailed = p->steps_left < PATTERN_STEPS_PER_CYCLE_MAX;
	struct query q = { .arena = &p->arena,
			   .max_steps = is_curtailed ? p->steps_left : PATTERN_STEPS_PER_CYCLE_MAX };
	struct hap_list haps = { .n = 0 };
	struct error err = ERROR_INIT;
	int failed = pattern_query(n->pattern, (struct timespan){ RATIONAL_ZERO, RATIONAL_ONE }, &q, &haps, &err);

	p->steps_left -= q.n_steps;
	if (failed && !(is_curtailed && p->steps_left == 0)) {
		(void)error_wrap(&err, "in cycle 0");
		probe_complain(p->diags, &err, n->span);
	}
	arena_reset(&p->arena);
}

/* depth: of instruments that may still play instruments. */
static void probe_graph(struct probe *p, const struct graph *g, unsigned depth)
{
	for (uint32_t i = 0; i < g->n_nodes && p->steps_left > 0 && p->nodes_left > 0; i++) {
		const struct graph_node *n = &g->nodes[i];

		p->nodes_left--;
		if (n->pattern)
			probe_node(p, n);
		for (uint32_t k = 0; k < n->n_instruments && depth > 0; k++)
			probe_graph(p, n->instruments[k].graph, depth - 1);
	}
}

void graph_probe(const struct graph *g, struct diag_list *diags)
{
	struct probe p = { .diags = diags, .steps_left = PROBE_STEPS_MAX, .nodes_left = PROBE_NODES_MAX };

	arena_init(&p.arena, PROBE_ARENA_BYTES_MAX);
	probe_graph(&p, g, PLAN_DEPTH_MAX);
	arena_fini(&p.arena);
}
