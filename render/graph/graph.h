/* The signal graph of a program: what lang/ builds and plan.c turns into stages.
 *
 * Nodes are numbered in the order of their making; inputs may point forward (a bus used before its
 * definition) and may form cycles. plan.c breaks each cycle with a one-sample delay on the back edge. The graph
 * and all it points to live in the compile arena and are immutable once built; any number of threads may read. */
#ifndef RENDER_GRAPH_GRAPH_H
#define RENDER_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/error.h"
#include "render/dsp/node.h"
#include "render/pattern/pattern.h"

enum graph_kind {
	GRAPH_CONST,   /* value */
	GRAPH_CONTROL, /* pattern as a stepped signal: the value of the event that is active at a frame; a rest holds
	                  the value before it (searched back at most one cycle, 0 when there is none) */
	GRAPH_NODE,    /* a function of the registry over inputs */
	GRAPH_EVENTS,  /* voices of an event source; always stereo */
};

/* What an event source plays, beside samples. */
struct instrument {
	const char *name;          /* as in the pattern, "~x"; an anonymous one is "~@<n>" */
	const struct graph *graph; /* one output, id 0; own copies of everything it uses */
	struct span span;
};

struct graph_node {
	enum graph_kind kind;
	struct span span;   /* the call or literal in the program */
	const char *bus;    /* name of the bus that this node is the value of, or NULL */
	double value;       /* GRAPH_CONST; of a list its first */
	const sample *list; /* GRAPH_CONST: [n_list], the values of a PARAM_LIST; NULL: a plain number */
	uint32_t n_list;
	/* GRAPH_CONST of a frequency that nobody gave (`saw` alone): 1 Hz as a signal, in an instrument the
	 * note's own frequency. */
	bool is_free_pitch;
	const struct pattern *pattern; /* GRAPH_CONTROL: numbers; GRAPH_EVENTS: control maps with s */
	bool is_gate;                  /* GRAPH_CONTROL: a gate (render/dsp/gate.h) instead of held values */
	const struct node_def *def;    /* GRAPH_NODE */
	uint32_t *inputs; /* GRAPH_NODE: one per parameter, defaults filled in; GRAPH_EVENTS: the modulators
	                                of VALUE_SIGNAL values */
	uint32_t n_inputs;
	const struct instrument *instruments; /* GRAPH_EVENTS */
	uint32_t n_instruments;
};

enum { GRAPH_OUTPUTS_MAX = 64 };

struct graph_output {
	unsigned id; /* 0: out; N: oN */
	uint32_t node;
	double gain; /* 0.25 for automatically routed buses, else 1 */
	struct span span;
};

enum graph_mix { GRAPH_MIX_NONE, GRAPH_MIX_GAIN, GRAPH_MIX_SQRT, GRAPH_MIX_TANH, GRAPH_MIX_HARD };

struct graph {
	struct graph_node *nodes;
	uint32_t n_nodes, cap_nodes;
	struct graph_output outputs[GRAPH_OUTPUTS_MAX]; /* ascending id; summed in this order */
	uint32_t n_outputs;
	enum graph_mix mix;
	struct rational cps; /* exact, > 0; default 1/2 */
};

/* Appends a zeroed node of that kind and returns its index; UINT32_MAX when the arena is exhausted. */
uint32_t graph_add(struct graph *g, struct arena *a, enum graph_kind kind, struct span span);

/* One line per node, and the haps of the first two cycles below every pattern, for --dump=graph and golden tests; -1
 * when out is full. */
int graph_print(const struct graph *g, struct buf *out) WARN_UNUSED;

#endif
