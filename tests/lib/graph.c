#include "tests/lib/graph.h"

#include <check.h>
#include <string.h>

enum { CAP_BYTES = 64 << 20 };

void graph_fixture_init(struct graph_fixture *f)
{
	*f = (struct graph_fixture){ .graph = { .cps = { 1, 2 } } };
	arena_init(&f->arena, CAP_BYTES);
}

void graph_fixture_fini(struct graph_fixture *f)
{
	arena_fini(&f->arena);
}

struct graph_node *graph_fixture_node(struct graph_fixture *f, uint32_t idx)
{
	ck_assert_uint_lt(idx, f->graph.n_nodes);
	return &f->graph.nodes[idx];
}

const struct pattern *graph_fixture_mini(struct graph_fixture *f, const char *text)
{
	struct diag_list diags = { .n = 0 };
	const struct pattern *p = pattern_from_mini(&f->arena, text, strlen(text), 0, &diags);
	ck_assert_msg(p && diags.n_errors == 0, "%s: %s", text, diags.items[0].message);
	return p;
}

uint32_t graph_fixture_const(struct graph_fixture *f, double value)
{
	uint32_t n = graph_add(&f->graph, &f->arena, GRAPH_CONST, (struct span){ 0, 0 });
	graph_fixture_node(f, n)->value = value;
	return n;
}

uint32_t graph_fixture_control(struct graph_fixture *f, const char *text)
{
	uint32_t n = graph_add(&f->graph, &f->arena, GRAPH_CONTROL, (struct span){ 0, 0 });
	graph_fixture_node(f, n)->pattern = graph_fixture_mini(f, text);
	return n;
}

uint32_t graph_fixture_events(struct graph_fixture *f, const struct pattern *p)
{
	uint32_t n = graph_add(&f->graph, &f->arena, GRAPH_EVENTS, (struct span){ 0, 0 });
	graph_fixture_node(f, n)->pattern = p;
	return n;
}

uint32_t graph_fixture_call(struct graph_fixture *f, const char *name, const uint32_t *inputs, uint32_t n_inputs)
{
	const struct node_def *def = node_find(name, strlen(name));
	ck_assert_msg(def != NULL, "no function '%s'", name);
	uint32_t *all = ARENA_ARRAY(&f->arena, def->n_params, uint32_t);
	ck_assert_ptr_nonnull(all);
	for (uint32_t i = 0; i < def->n_params; i++)
		all[i] = i < n_inputs ? inputs[i] : graph_fixture_const(f, def->params[i].def);
	uint32_t n = graph_add(&f->graph, &f->arena, GRAPH_NODE, (struct span){ 0, 0 });
	struct graph_node *node = graph_fixture_node(f, n);
	node->def = def;
	node->inputs = all;
	node->n_inputs = def->n_params;
	return n;
}

void graph_fixture_output(struct graph_fixture *f, uint32_t node)
{
	ck_assert_uint_lt(f->graph.n_outputs, GRAPH_OUTPUTS_MAX);
	f->graph.outputs[f->graph.n_outputs] =
		(struct graph_output){ .id = f->graph.n_outputs, .node = node, .gain = 1 };
	f->graph.n_outputs++;
}
