/* What the files of the builder share (build*.c); build.c has the essay. */
#ifndef RENDER_GRAPH_BUILD_IMPL_H
#define RENDER_GRAPH_BUILD_IMPL_H

#include "render/graph/build.h"
#include "render/lang/types.h"

#define NODE_NONE UINT32_MAX

enum {
	/* Nodes of all graphs of a program: a hundred times the largest public program. Macros multiply. */
	BUILD_NODES_MAX = 20000,
	/* Expressions evaluated, counting every instance of a bus: bounds the time that macros can cost. */
	BUILD_STEPS_MAX = 200000,
	/* Expressions within one another, through buses and instruments: about 0.5 KiB of stack each. */
	BUILD_DEPTH_MAX = 1500,
	/* Nodes of a pattern above one another: what one transform adds still fits below PATTERN_DEPTH_MAX. */
	BUILD_PATTERN_DEPTH_MAX = 1500,
};

/* MIDI number of C4. */
enum { MIDI_C4 = 60 };

/* What a transform is applied to. */
enum base_kind { BASE_EVENTS, BASE_SIGNAL };

/* One link of a section of modifiers: a pattern of what is set, a transform such as `# scale "minor"`, or arithmetic
 * such as `|+ n 1`. */
struct section_step {
	const struct pattern *modifier;
	const struct transform_use *use; /* when modifier is NULL */
	bool is_arithmetic;              /* op, with the modifier as its right side */
	bool has_values;                 /* of it: of values, not of controls */
	enum pattern_op op;
	enum pattern_structure structure;
};

/* `(# speed 2 # lpf 300)` as a transform. */
struct section {
	struct ast *item;
	bool is_effect[2];          /* by base_kind: it makes a signal of what it is applied to */
	struct section_step *steps; /* of events, when it is no effect on them: taken one after the other */
	uint32_t n_steps;
};

/* One transform with its arguments, and whether it found a pattern. */
struct transform_use {
	const struct transform_def *def; /* NULL: it is a section alone */
	struct section *section;
	bool is_effect[2]; /* by base_kind: itself, or a section among its arguments */
	struct transform_arg args[TRANSFORM_PARAMS_MAX];
	uint64_t site;
	struct span span;
	bool needs_events; /* itself, or a transform among its arguments */
	bool needs_values; /* the same: `(+ 12)`, which has no meaning for controls */
	unsigned n_applied;
};

/* Transforms in the order in which they are applied. Immutable but for n_applied. */
struct tower {
	struct transform_use *use;
	const struct tower *next;
};

/* What surrounds an expression while it is evaluated. */
struct scope {
	const struct tower *tower;    /* applied to every pattern when it becomes a signal */
	const struct tower *modifier; /* applied to the values of modifiers: `# (gain "1 0" $ fast 2)` */
	const struct splice *splices; /* buses whose expression is being spliced behind `#` */
	bool wants_pattern;           /* the place asks for a pattern, and the expression can be one: type_wanted() */
};

struct splice {
	const struct bus *bus;
	const struct splice *outer;
};

/* An event source on its way through modifiers and transforms. */
struct events {
	const struct pattern *pattern; /* maps of controls */
	const struct tower *pending;   /* written before the source: applied after the modifiers that follow */
	const struct instrument *instruments;
	uint32_t n_instruments;
	const uint32_t *modulators; /* nodes that VALUE_SIGNAL values refer to by position */
	uint32_t n_modulators;
	struct instance *instance; /* the bus that it is, while nothing has changed it */
	struct section *section;   /* collects what modifiers set, instead of the pattern; or NULL */
};

/* The value of an expression. type says which member counts. */
struct operand {
	enum lang_type type; /* BROKEN, NUMBER, PATTERN, SIGNAL or EVENTS */
	struct span span;
	struct ast *ast; /* what it was evaluated from, behind `#` */
	double number;
	const struct pattern *pattern;
	bool is_pitch; /* pattern: `note "c4"`, or what was calculated from it */
	bool is_midi;  /* pattern: its numbers are MIDI notes, since names were calculated with */
	uint32_t node;
	struct events events;
};

/* A bus as evaluated under one tower. */
struct instance {
	struct instance *next; /* of the same bus */
	const struct bus *bus;
	const struct tower *tower;
	bool is_open;         /* being evaluated: a use now is feedback */
	uint32_t placeholder; /* stands for it in feedback; NODE_NONE: not needed */
	uint32_t node;        /* of its events as a signal; NODE_NONE: not made */
	struct operand value;
};

/* Shared by the graph of the program and those of its instruments. */
struct build_shared {
	struct arena *arena;
	struct ast_program *program;
	const struct sample_bank *bank;
	struct diag_list *diags;
	struct instrument **instruments; /* per bus, NULL: not made */
	unsigned n_anonymous;
	unsigned n_steps, n_nodes, depth;
	struct rational cps;
	bool is_exhausted;
};

/* One graph under construction. */
struct builder {
	struct build_shared *shared;
	struct graph *graph;
	uint32_t *aliases; /* per node: the node that it stands for, or NODE_NONE */
	uint32_t cap_aliases;
	struct instance **instances; /* per bus */
	const struct builder *outer; /* of the graph that plays this one */
	const struct bus *playing;   /* the bus that this graph is the instrument of */
};

/* --- build.c */
bool builder_init(struct builder *b, struct build_shared *shared, const struct builder *outer);
/* Resolves placeholders and drops what no output needs. False when a complaint was made. */
bool builder_finish(struct builder *b);
uint32_t build_node(struct builder *b, enum graph_kind kind, struct span span);
/* A placeholder from now on means another node. */
void build_alias(struct builder *b, uint32_t placeholder, uint32_t node);
void *build_alloc(struct builder *b, size_t n, size_t size);

/* Counts one step at a place; false, with a complaint, when the program is too large or too deep. */
bool build_enter(struct builder *b, struct span span);
void build_leave(struct builder *b);

/* --- build_expr.c */
struct operand build_expr(struct builder *b, struct ast *node, const struct scope *scope);
struct operand build_behind(struct builder *b, struct ast *node, const struct operand *input,
			    const struct scope *scope);
uint32_t build_const(struct builder *b, double x, struct span span);
struct operand build_bus(struct builder *b, struct bus *bus, struct span span, const struct scope *scope);
/* The operand as a node: patterns become controls, events voices. NODE_NONE when it is broken. */
uint32_t build_signal(struct builder *b, const struct operand *v, const struct scope *scope);
struct operand operand_broken(void);
struct operand operand_signal(uint32_t node, struct span span);
struct operand operand_pattern(const struct pattern *p, struct span span);

/* Whose structure the result of an operator has; a number has none of its own. */
enum pattern_structure build_structure(struct arith op, const struct operand *x, const struct operand *y);
enum pattern_op build_op(struct arith op);

/* --- build_call.c */
/* A call; input is what stands before `#`, or NULL. */
struct operand build_call(struct builder *b, struct ast *call, const struct operand *input, const struct scope *scope);
/* A node of the registry by name over two (or one) signals. */
struct operand build_named(struct builder *b, const char *name, const uint32_t *inputs, uint32_t n, struct span span);

/* --- build_param.c */
/* What stands for a parameter of a call as the node that its flags ask for. NODE_NONE when it is broken. */
uint32_t build_argument(struct builder *b, const struct node_def *def, const struct param_def *param, struct ast *arg,
			const struct scope *scope);
/* A pattern as a gate (render/dsp/gate.h). NODE_NONE when memory is out. */
uint32_t build_gate(struct builder *b, const struct operand *v, const struct scope *scope);

/* --- build_events.c */
struct operand build_events(struct builder *b, struct ast *call, const struct scope *scope);
/* `osc # note "c e"`: the signal as an instrument that the pattern plays. */
struct operand build_played(struct builder *b, struct ast *call, const struct operand *input,
			    const struct scope *scope);
/* An instrument for an expression, or the value of a bus, with a graph of its own. NULL after a complaint. */
struct instrument *build_instrument(struct builder *b, const char *name, const struct bus *bus, struct ast *expr);
/* A name for an instrument that has none. */
const char *build_anonymous(struct builder *b);
/* The pattern, each event a voice of the instrument. */
struct operand build_voices(struct builder *b, const struct pattern *p, const struct instrument *instrument,
			    struct span span);
/* pattern_stack(), pattern_fastcat(), pattern_slowcat() */
typedef const struct pattern *pattern_join(struct arena *a, const struct pattern *const *ps, size_t n);
/* Several sources as one: what their events refer to, without a pattern. patterns[n] receives those of the parts. */
struct operand events_merge(struct builder *b, struct operand *parts, uint32_t n, const struct pattern **patterns);
struct operand build_event_stack(struct builder *b, pattern_join *join, struct operand *parts, uint32_t n,
				 struct span span);
/* Applies what is pending. */
void events_seal(struct builder *b, struct events *e);
uint32_t events_node(struct builder *b, const struct events *e, struct span span, const struct scope *scope);

/* --- build_modifier.c */
/* `events # gain 0.5`. */
struct operand build_modifier(struct builder *b, struct ast *call, const struct operand *input,
			      const struct scope *scope);
/* Sets the control of parameter p of a call, when the call or a default gives it. False after a complaint. */
bool build_modify_param(struct builder *b, struct events *e, struct ast *call, unsigned p, const struct scope *scope);
/* An operand of arithmetic on values as a map: `speed 2` of its own control, "12" of *key, that of the one before. */
struct operand build_value_map(struct builder *b, struct ast *item, enum control_key *key, const struct scope *scope);
/* The argument for parameter p: by position, the input not counted, or by name. NULL: there is none. */
struct ast *build_modifier_arg(const struct ast *call, unsigned p);
/* `events # note "0 3" + "12"`, and with is_behind false `events |+ n 1`: what arith_sets_values() knows. */
struct operand build_values(struct builder *b, struct ast *node, const struct operand *input, const struct scope *scope,
			    bool is_behind);

/* --- build_timed.c */
/* A signal for which ast_is_timed(), with one value per cycle: that of its begin. */
const struct pattern *build_timed(struct builder *b, struct ast *node);

/* --- build_source.c */
struct operand build_source(struct builder *b, struct ast *call, const struct scope *scope);
/* The expression in a place that asks for a pattern: of the type that type_wanted() gives. */
struct operand build_wanted(struct builder *b, struct ast *node, const struct scope *scope);
struct operand build_transform_behind(struct builder *b, struct ast *call, const struct operand *input,
				      const struct scope *scope);

/* --- build_synth.c */
/* `synth "c e" "saw"`, `saw "c e"`: each event a note of an oscillator. */
struct operand build_synth(struct builder *b, struct ast *call, const struct scope *scope);

/* --- build_pattern.c */
struct transform_arg build_transform_arg(struct builder *b, const struct transform_param *param, struct ast *arg,
					 const struct scope *scope);
const struct pattern *use_apply(const struct transform_use *use, struct arena *a, const struct pattern *p);
/* The transforms that node stands for, followed by next. */
const struct tower *build_tower(struct builder *b, struct ast *node, const struct tower *next,
				const struct scope *scope);
/* The transforms in front of the base of an AST_APPLY, followed by next. */
const struct tower *build_prefix_tower(struct builder *b, struct ast *node, const struct tower *next,
				       const struct scope *scope);
const struct tower *tower_concat(struct builder *b, const struct tower *first, const struct tower *then);
const struct pattern *tower_apply(struct builder *b, const struct tower *tower, const struct pattern *p,
				  bool is_events);
struct operand build_apply(struct builder *b, struct ast *node, const struct scope *scope);
struct operand build_apply_behind(struct builder *b, struct ast *node, const struct operand *input,
				  const struct scope *scope);
/* `rev "a b"`: the pattern as last argument. */
struct operand build_applied(struct builder *b, struct ast *call, const struct scope *scope);
/* "every"; "# …" of a section alone. */
const char *use_name(const struct transform_use *use);
/* Words to frequencies (is_hz) or MIDI note numbers; other words are complained about. NULL then. */
const struct pattern *pattern_to_numbers(struct builder *b, const struct pattern *p, bool is_hz);
/* The same at any time, without complaint: other words are dropped. */
const struct pattern *pattern_as_numbers(struct arena *a, const struct pattern *p);
bool pattern_check_values(struct builder *b, const struct pattern *p, enum control_key key);
const struct pattern *pattern_of_number(struct builder *b, double x);
/* p, made by what is at that place; complains when every cycle certainly has too many events, or the tree is so deep that
 * little may still be built on it, and then it is NULL. */
const struct pattern *pattern_check_size(struct builder *b, const struct pattern *p, struct span span);

/* --- build_section.c */
struct section *build_section(struct builder *b, struct ast *node, const struct scope *scope);
/* `(|+ n 1)`, `(+ 12)` as a section; whether it is of controls in *has_controls. NULL when it is broken. */
struct section *build_operation(struct builder *b, struct ast *node, const struct scope *scope, bool *has_controls);
void section_add(struct builder *b, struct section *section, const struct pattern *modifier);
void section_add_use(struct builder *b, struct section *section, const struct transform_use *use);
const struct pattern *section_apply(struct arena *a, const struct section *section, const struct pattern *p);
/* `struct`: on a signal its steps play an envelope. */
bool transform_is_struct(const struct transform_def *def);
bool tower_has_effect(const struct tower *t, enum base_kind base);
/* The base under transforms of which at least one has an effect: a signal. */
struct operand build_with_effects(struct builder *b, struct ast *base, enum base_kind kind, const struct tower *t,
				  const struct scope *scope);

static inline struct arena *build_arena(struct builder *b)
{
	return b->shared->arena;
}

#endif
