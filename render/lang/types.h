/* What kind of thing an expression is, found without building it. Needs a resolved tree; remembers in struct ast. */
#ifndef RENDER_LANG_TYPES_H
#define RENDER_LANG_TYPES_H

#include "render/lang/ast.h"
#include "render/pattern/control.h"

enum lang_type {
	TYPE_UNKNOWN, /* not looked at yet, in struct ast only */
	TYPE_BROKEN,  /* complained about already, or certain to be */
	TYPE_NUMBER,
	TYPE_PATTERN, /* of numbers, notes or words */
	TYPE_SIGNAL,
	TYPE_EVENTS,    /* makes voices */
	TYPE_EFFECT,    /* a function that lacks its input: the right side of `#` */
	TYPE_TRANSFORM, /* from pattern to pattern */
	TYPE_LIST,
};

/* "a number", "a pattern"… */
const char *lang_type_name(enum lang_type t);

/* The type of an expression as it stands. A bus within its own definition is a signal. */
enum lang_type type_of(struct ast *node);

/* Its type in a place that asks for a pattern: the arguments of transforms and of pattern sources, what modifiers of
 * events are set to, what `$` transforms, the parts of `cat`, and a query. There a bare `sine` is the pattern from 0
 * to 1 in a cycle, where it is elsewhere an oscillator of 1 Hz; arithmetic on such names is on patterns, if all of its
 * operands can be that. A bus is what its own definition says, whatever the place. */
enum lang_type type_wanted(struct ast *node);

/* Whether a parameter of a source takes a list of parts. */
static inline bool source_is_list(enum transform_param_kind kind)
{
	return kind == TRANSFORM_PARTS || kind == TRANSFORM_WEIGHTED || kind == TRANSFORM_TIMED;
}

/* The part of a pair `["bd", 3]` or `[3, "bd"]`, as the kind of the parameter says; NULL: it is no pair. */
struct ast *source_pair_part(const struct ast *pair, enum transform_param_kind kind);

/* The type of `x # node` for an x of type input (TYPE_SIGNAL, EVENTS or PATTERN; others count as signals).
 * TYPE_BROKEN when node takes no input. */
enum lang_type type_behind(struct ast *node, enum lang_type input);

/* Whether a call that is not behind `#` has its input among its arguments: `lpf ~a 400` has, `lpf 400` has not. */
bool call_has_input(const struct ast *call);

/* Whether a call that stands alone means the function of its name, and not the transform that is called the same. */
bool call_is_function(const struct ast *call);

/* Whether a function has a parameter that `#` fills, and which. n_params: none. */
unsigned node_def_input(const struct node_def *def);

/* A function that only sets controls of events: `speed`, `note`. */
static inline bool node_def_is_pure_modifier(const struct node_def *def)
{
	return def->is_modifier && !def->process;
}

/* `speed 2`: the control that a modifier with one argument sets; CONTROL_NONE: node is something else. */
enum control_key ast_modifier_key(const struct ast *node);

/* Whether arithmetic is on what modifiers set: `events # note "0 3" + "12"`, or `events |+ n 1` where the first operand
 * is the source. Behind `#`, numbers alone that are multiplied or divided scale the sound instead: `# speed 2 * 0.3`. */
bool arith_sets_values(const struct ast *node, bool is_behind);

/* `note` and `n`: alone they are the pattern itself, and behind a signal they play it as an instrument. */
bool node_def_is_pitch(const struct node_def *def);

/* The catalogue's forms that the builder knows: events by name, and a list of sources at once. */
static inline bool node_def_is_events(const struct node_def *def)
{
	return !def->process && !def->is_modifier && def->controls[0] == CONTROL_S;
}

/* Events by note, each a voice of an oscillator: `synth`, `saw_trig`. */
static inline bool node_def_is_synth(const struct node_def *def)
{
	return !def->process && !def->is_modifier && def->controls[0] == CONTROL_FREQ;
}

static inline bool node_def_is_stack(const struct node_def *def)
{
	return def->is_variadic;
}

/* `cat` and `slowcat`: a list of which only patterns and event sources can be parts. */
bool node_def_is_sequence(const struct node_def *def);

uint32_t ast_positional_count(const struct ast *call);

#endif
