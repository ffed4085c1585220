/* The plan of a graph: what the engine computes, in which pieces and in which order.
 *
 * plan_build() keeps the nodes that an output needs, in an order in which every input comes first, and cuts
 * them into stages. A stage over one block is a tile, the unit of work of the pool (render/engine/schedule.c).
 * Three facts are decided here, once, and are the same for every number of threads and every block size:
 * channels of each signal, time class of each node, and which references of a feedback loop see the sample
 * before. How nodes are grouped into stages decides speed only, never a bit of the result.
 *
 * A plan lives in the arena that built it, points into the graph, and is immutable: any number of threads and
 * any number of runs (render/engine/run.h) may read it at once. */
#ifndef RENDER_GRAPH_PLAN_H
#define RENDER_GRAPH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/error.h"
#include "render/graph/graph.h"

#define PLAN_NONE UINT32_MAX

enum {
	PLAN_CHANNELS_MAX = 2,
	PLAN_DEPTH_MAX = 8, /* instruments inside instruments; each level is a level of recursion of a worker's stack */
};

/* One parameter of one node. */
struct plan_input {
	uint32_t node; /* plan node that gives the signal; PLAN_NONE: value, the same for every frame */
	sample value;
	const sample *list; /* PARAM_LIST: [n_list]; NULL elsewhere */
	uint32_t n_list;
	bool is_delayed;    /* the back edge of a loop: the sample before, 0 at frame 0 */
	bool is_pitch;      /* an instrument's note transposes or replaces it */
	bool is_free_pitch; /* a pitch that nobody gave: takes the note's frequency itself */
};

/* A signal: the graph node that makes it, and how. Constants have none; they are values of inputs. */
struct plan_node {
	uint32_t graph_idx;
	enum graph_kind kind;          /* never GRAPH_CONST */
	const struct node_def *def;    /* GRAPH_NODE */
	const struct pattern *pattern; /* GRAPH_CONTROL, GRAPH_EVENTS */
	bool is_gate;                  /* GRAPH_CONTROL */
	struct span span;
	unsigned n_ch;              /* channels of the signal, 1 or 2 */
	unsigned n_kernels;         /* instances of the kernel: n_ch, or 1 of a stereo kernel */
	enum time_class time_class; /* TIME_SCAN over constants has become TIME_PURE: see is_phase_closed */
	bool is_phase_closed;       /* a TIME_SCAN kernel whose state at frame f is f * (its advance over one frame) */
	struct plan_input *inputs;  /* GRAPH_NODE: one per parameter; GRAPH_EVENTS: the modulators */
	uint32_t n_inputs;
	uint32_t stage;         /* that computes the signal */
	uint32_t advance_stage; /* TIME_SCAN: that computes the state at the start of each block; else PLAN_NONE */
	uint32_t events_idx;    /* GRAPH_EVENTS: index into events; GRAPH_CONTROL: into controls */
};

/* A GRAPH_EVENTS node with the plans of what it plays. */
struct plan_events {
	uint32_t node;
	const struct instrument *instruments;
	const struct plan **plans; /* [n_instruments] */
	bool *follows_song;        /* [n_instruments]: has patterns inside, so its sound depends on when it starts */
	uint32_t n_instruments;
};

enum stage_kind {
	STAGE_CONTROLS, /* all patterns that are signals; carries the place in each pattern */
	STAGE_SCORE,    /* one event source: haps to voices; carries the voices that sound */
	STAGE_NOTES,    /* renders the notes that the score found missing; one part per note */
	STAGE_VOICES,   /* mixes the voices of one event source; one part per group of voices */
	STAGE_ADVANCE,  /* phases of one TIME_SCAN node at the start of the block */
	STAGE_NODES,    /* a fused run of kernels */
	STAGE_LOOP,     /* the nodes of a feedback loop, sample by sample */
	STAGE_MIX,      /* of a pipelined plan: mixes the outputs */
	STAGE_LEVEL,    /* of a pipelined plan, when it carries: what the level of a frame is */
	STAGE_MEASURE,  /* of a pipelined plan: loudness, and true peaks */
	STAGE_ENCODE,   /* of a pipelined plan: samples to bytes; one part per file */
	STAGE_OUTPUT,   /* hands the block on, when it is not pipelined from the mix to the end */
};

struct plan_stage {
	enum stage_kind kind;
	bool is_carry;   /* tile b needs tile b-1 */
	bool is_lasting; /* what it computes in a block matters to later ones: it keeps a state, or feeds what does */
	bool is_split; /* of a pipelined plan: each kernel of its nodes has but one channel, and these are parts of a tile */
	uint32_t *nodes; /* plan nodes, in order of evaluation */
	uint32_t n_nodes;
	uint32_t *inputs; /* stages whose tile of the same block must be done; ascending, without repeats */
	uint32_t n_inputs;
	uint32_t *consumers; /* the reverse of inputs */
	uint32_t n_consumers;
};

struct plan_output {
	unsigned id;
	struct plan_input source;
	sample gain;
};

struct plan {
	const struct graph *graph;
	struct plan_node *nodes; /* in an order of evaluation: inputs first, but for is_delayed ones */
	uint32_t n_nodes;
	struct plan_events *events; /* one per GRAPH_EVENTS node */
	uint32_t n_events;
	uint32_t n_controls;
	struct plan_stage *stages; /* inputs first; the last one is STAGE_OUTPUT */
	uint32_t n_stages;
	struct plan_output outputs[GRAPH_OUTPUTS_MAX]; /* in the order in which they are summed */
	uint32_t n_outputs;
	bool follows_song; /* has a pattern somewhere */
};

/* Builds into a. env sizes states for the rule of fusion. NULL with ERR_TOO_LARGE (arena exhausted), or with
 * ERR_SOURCE and a diagnostic: instruments nested too deep, an event source controlled by its own sound. */
const struct plan *plan_build(struct arena *a, const struct graph *g, const struct node_env *env,
			      struct diag_list *diags, struct error *err) WARN_UNUSED;

/* How blocks are handed on, in a pipelined plan. */
struct plan_delivery {
	bool is_level_carried;    /* a frame's level depends on the frames before, or they are written down in order */
	bool has_files;           /* blocks are measured and encoded as they come; otherwise they are only kept */
	bool is_encoding_carried; /* what a block becomes in a file depends on those before */
};

/* The same plan with its output in several stages, so that more workers than two find enough to do beside it:
 *
 *                                  +--> measure --+
 *   mix (pure) --> level (carry) --+              +--> output
 *                                  +--> encode ---+
 *
 * All but the mix, and encoding where it does not, carry, but each only after itself: while one block is encoded, the one before
 * is hashed and written. And stages that carry, chains through the blocks that are worth making shorter, have their channels
 * computed side by side where no kernel needs both.
 *
 * Shares everything else with p. NULL when the arena is exhausted. */
const struct plan *plan_pipeline(struct arena *a, const struct plan *p, const struct plan_delivery *delivery);

/* -1 with ERR_INTERNAL naming the first invariant that does not hold: order of nodes and stages, every signal
 * made by one stage, edges and their reverses, channels, classes. */
int plan_check(const struct plan *p, struct error *err) WARN_UNUSED;

/* One line per stage, for --dump=plan and golden tests; -1 when out is full. */
int plan_print(const struct plan *p, struct buf *out) WARN_UNUSED;

/* The inputs as node_def's functions take them before there is audio: constants as values, signals as a
 * non-NULL pointer to silence, so that a kernel can tell what may vary. in[n_inputs], or [2 * n_inputs] for a
 * stereo kernel. */
void plan_node_constants(const struct plan_node *n, struct node_input *in);

#endif
