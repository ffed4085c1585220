/* Graphs built by hand, for tests of what comes after the language. Failures are test failures. */
#ifndef TESTS_LIB_GRAPH_H
#define TESTS_LIB_GRAPH_H

#include "base/arena.h"
#include "render/graph/graph.h"

struct graph_fixture {
	struct arena arena;
	struct graph graph; /* half a cycle per second */
};

void graph_fixture_init(struct graph_fixture *f);
void graph_fixture_fini(struct graph_fixture *f);

struct graph_node *graph_fixture_node(struct graph_fixture *f, uint32_t idx);

/* A pattern from mini-notation. */
const struct pattern *graph_fixture_mini(struct graph_fixture *f, const char *text);

/* Each adds a node and returns its index. */
uint32_t graph_fixture_const(struct graph_fixture *f, double value);
uint32_t graph_fixture_control(struct graph_fixture *f, const char *text);
uint32_t graph_fixture_events(struct graph_fixture *f, const struct pattern *p);
/* A function over the given inputs; the parameters after them get their defaults. */
uint32_t graph_fixture_call(struct graph_fixture *f, const char *name, const uint32_t *inputs, uint32_t n_inputs);

#define GRAPH_CALL(f, name, ...)                                                                                       \
	graph_fixture_call((f), (name), (const uint32_t[]){ __VA_ARGS__ },                                             \
			   sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* Makes the node the next output: id 0, 1, 2 ... */
void graph_fixture_output(struct graph_fixture *f, uint32_t node);

#endif
