#include "render/graph/graph.h"

uint32_t graph_add(struct graph *g, struct arena *a, enum graph_kind kind, struct span span)
{
	if (g->n_nodes == g->cap_nodes) {
		uint32_t cap = g->cap_nodes ? 2 * g->cap_nodes : 32;
		struct graph_node *grown = arena_grow_array(a, g->nodes, g->n_nodes, cap, sizeof(*grown));
		if (!grown)
			return UINT32_MAX;
		g->nodes = grown;
		g->cap_nodes = cap;
	}
	g->nodes[g->n_nodes] = (struct graph_node){ .kind = kind, .span = span };
	return g->n_nodes++;
}

/* --- Printing -------------------------------------------------------------------------------------------------- */

enum {
	/* Instruments within instruments are printed this deep; the plan allows no more. */
	PRINT_DEPTH_MAX = 8,
	/* Of a pattern: its haps in cycles 0 and 1, when there are not more. */
	PRINT_CYCLES = 2,
	PRINT_HAPS_MAX = 64,
	PRINT_ARENA_BYTES = 16 * 1024 * 1024,
};

static int print_hap_list(const struct hap_list *haps, int indent, struct buf *out)
{
	for (size_t i = 0; i < haps->n; i++)
		if (buf_printf(out, "%*s| ", indent, "") || hap_print_json(&haps->haps[i], out) ||
		    buf_printf(out, "\n"))
			return -1;
	return 0;
}

static int print_pattern(const struct pattern *p, int indent, struct buf *out)
{
	struct arena a;
	struct query q = { .arena = &a, .max_haps = PRINT_HAPS_MAX };
	struct hap_list haps = { .n = 0 };
	struct error err = ERROR_INIT;
	int failed;

	arena_init(&a, PRINT_ARENA_BYTES);
	if (pattern_query(p, (struct timespan){ RATIONAL_ZERO, rational_int(PRINT_CYCLES) }, &q, &haps, &err)) {
		failed = buf_printf(out, "%*s| %s\n", indent, "", err.message);
	} else {
		hap_list_sort(&haps);
		failed = print_hap_list(&haps, indent, out);
	}
	arena_fini(&a);
	return failed ? -1 : 0;
}

static int print_inputs(const struct graph_node *n, struct buf *out)
{
	for (uint32_t i = 0; i < n->n_inputs; i++)
		if (buf_printf(out, " %%%u", n->inputs[i]))
			return -1;
	return 0;
}

static int print_what(const struct graph_node *n, struct buf *out)
{
	switch (n->kind) {
	case GRAPH_CONST:
		return buf_printf(out, "const %.12g%s", n->value, n->is_free_pitch ? " free-pitch" : "");
	case GRAPH_CONTROL:
		return buf_printf(out, "control");
	case GRAPH_NODE:
		return buf_printf(out, "%s", n->def->name) || print_inputs(n, out) ? -1 : 0;
	case GRAPH_EVENTS:
		break;
	}
	if (buf_printf(out, "events") || print_inputs(n, out))
		return -1;
	for (uint32_t i = 0; i < n->n_instruments; i++)
		if (buf_printf(out, " %s", n->instruments[i].name))
			return -1;
	return 0;
}

static int print_graph(const struct graph *g, unsigned depth, struct buf *out);

static int print_instruments(const struct graph_node *n, unsigned depth, struct buf *out)
{
	for (uint32_t i = 0; i < n->n_instruments; i++)
		if (buf_printf(out, "%*sinstrument %s:\n", (int)(2 * depth + 2), "", n->instruments[i].name) ||
		    print_graph(n->instruments[i].graph, depth + 1, out))
			return -1;
	return 0;
}

static int print_graph(const struct graph *g, unsigned depth, struct buf *out)
{
	int indent = (int)(2 * depth);

	if (depth > PRINT_DEPTH_MAX)
		return 0;
	for (uint32_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = &g->nodes[i];
		if (buf_printf(out, "%*s%%%u = ", indent, "", i) || print_what(n, out))
			return -1;
		if (n->bus && buf_printf(out, " (%s)", n->bus))
			return -1;
		if (buf_printf(out, "\n") || (n->pattern && print_pattern(n->pattern, indent + 2, out)) ||
		    print_instruments(n, depth, out))
			return -1;
	}
	for (uint32_t i = 0; i < g->n_outputs; i++)
		if (buf_printf(out, "%*soutput %u = %%%u * %.12g\n", indent, "", g->outputs[i].id, g->outputs[i].node,
			       g->outputs[i].gain))
			return -1;
	return 0;
}

int graph_print(const struct graph *g, struct buf *out)
{
	static const char *const mixes[] = { [GRAPH_MIX_NONE] = "none",
					     [GRAPH_MIX_GAIN] = "gain",
					     [GRAPH_MIX_SQRT] = "sqrt",
					     [GRAPH_MIX_TANH] = "tanh",
					     [GRAPH_MIX_HARD] = "hard" };

	if (buf_printf(out, "cps %lld/%lld\nmix %s\n", (long long)g->cps.num, (long long)g->cps.den, mixes[g->mix]))
		return -1;
	return print_graph(g, 0, out);
}
