/* What a function of the language is: one `const struct node_def` at the end of one file in render/dsp/ (or,
 * for transforms, render/pattern/), listed in nodes.def. The checker, the graph builder, the documentation,
 * GET /nodes, the editor's completion, the fuzzer's dictionary and the generic tests read nothing else.
 *
 * Kernels see planar float blocks. A kernel gets one channel at a time (`n_ch` below 1) unless its def says
 * is_stereo; the engine keeps one state per channel. The result of process() must not depend on how a span of
 * frames is cut into calls: process(a) then process(b) equals process(a+b), bit for bit, for any cut when
 * n_frames is 1 (feedback) or a multiple of QUANTUM_FRAMES. No allocation, locks, libm or logging in
 * process(); denormals are flushed by the engine (FTZ and DAZ are set in every worker). */
#ifndef RENDER_DSP_NODE_H
#define RENDER_DSP_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef float sample;

enum {
	QUANTUM_FRAMES = 64, /* the only grid that may influence a sample, anchored at frame 0 */
	BLOCK_FRAMES_MAX = 4096,
	NODE_PARAMS_MAX = 16,
	NODE_ALIASES_MAX = 3,
	NODE_BANK_LANES = 16,     /* at most */
	NODE_BANK_PARAMS_MAX = 3, /* of a lane */
	NODE_INPUTS_MAX = 48,     /* of a call: both channels of a stereo kernel, or all lanes of a bank */
};
_Static_assert(NODE_INPUTS_MAX >= 2 * (int)NODE_PARAMS_MAX &&
		       NODE_INPUTS_MAX >= (int)NODE_BANK_LANES * NODE_BANK_PARAMS_MAX,
	       "room");

/* How a node's output over a span of frames can be had (docs/ARCHITECTURE.md, "Time classes"). */
enum time_class {
	TIME_PURE,  /* from parameters, inputs of that span and the frame number alone */
	TIME_SCAN,  /* state is n_acc unsigned 64-bit sums, exact and associative modulo 2^64 */
	TIME_CARRY, /* needs the state that the frames before left */
};

enum param_flag {
	PARAM_INPUT = 1,    /* audio input: the left side of `#`, or the first argument */
	PARAM_OPTIONAL = 2, /* has a default */
	PARAM_CONST = 4,    /* a number known when the plan is built */
	PARAM_PITCH = 8,    /* a frequency that an instrument's note transposes or replaces */
	PARAM_LIST = 16,    /* a string of numbers known when the plan is built, "1 0.5 0.25": node_input.list */
	PARAM_GATE = 32,    /* a string is a gate (gate.h): 1 while a true event lasts, 0 elsewhere, 2 at an onset */
	/* With PARAM_INPUT, when other parameters are optional: the first of enough arguments is the input, of whatever
	 * kind it is. Without it only a signal is: `lpf 400 2` lacks its input, `select "0 1" ~a ~b` does not. */
	PARAM_LEADS = 64,
	/* The last parameter, which comes first behind the input when every position is filled: `lush 0.05 0.9 …`. */
	PARAM_FRONT = 128,
	/* Of a bank: goes along straight lines from quantum to quantum where it may, and takes such an input by the
	 * line's ends: node_input.is_line. */
	PARAM_LINE = 256,
};

struct param_def {
	const char *name;     /* keyword, e.g. "cutoff" for `:cutoff 400` */
	const char *unit;     /* "Hz", "s", "dB", "cycles", "semitones", "" */
	double def, min, max; /* values outside min..max are clamped; def only with PARAM_OPTIONAL */
	unsigned flags;       /* enum param_flag */
	/* NULL, or the words that a string may hold, ended by NULL: the value of a word is its index here. */
	const char *const *words;
	const char *doc; /* half a sentence */
};

/* Constants of a job (or of one note of an instrument), the same for all nodes of it. */
struct node_env {
	double sample_rate_hz;
	double cps;              /* cycles per second */
	double cycles_per_frame; /* cps / sample_rate_hz */
	uint64_t seed;           /* of the render */
};

/* One input of one call. data is NULL when the value is the same for every frame of the whole render: then
 * value holds. */
struct node_input {
	const sample *data; /* [n_frames], 64-byte aligned unless n_frames is 1 */
	sample value;
	const sample *list; /* PARAM_LIST: [n_list], never NULL there; value is its first */
	uint32_t n_list;
	/* data[q] is the value in the last frame of quantum q of the call, and within a quantum the input runs straight
	 * from one end to the next, to 1/4096 of it. Only for PARAM_LINE. */
	bool is_line;
};

static inline sample node_input_at(const struct node_input *in, size_t i)
{
	return in->data ? in->data[i] : in->value;
}

struct node_io {
	const struct node_input *in; /* [n_params]: in[p] of a mono kernel, in[2*p + ch] of an is_stereo one */
	sample *out[2];              /* out[0][n_frames]; out[1] too for is_stereo */
	uint64_t frame;              /* number of the first frame since the start of the render (or of the note) */
	const struct node_env *env;
	uint64_t id; /* stable id of the call site in the program, mixed with the channel; for seeds */
};

struct node_def {
	const char *name;
	const char *aliases[NODE_ALIASES_MAX + 1]; /* NULL-terminated */
	const char *doc;                           /* one line */
	const char *reference;                     /* paper, book or URL of the algorithm */
	const char *example;                       /* a program that sounds */
	struct param_def params[NODE_PARAMS_MAX];
	unsigned n_params;

	/* As a signal: NULL process means that it is no signal function (a pure modifier, or a form that the
	 * builder knows, like `s` and `stack`). */
	enum time_class time_class;
	bool is_stereo;   /* process() handles both channels at once and always makes two */
	bool is_variadic; /* takes a list of inputs: stack */
	/* A mono TIME_PURE kernel without state whose output at a frame comes from its inputs at that frame and from nothing
	 * else: over constants it is a constant (render/graph/merge.h). */
	bool is_pointwise;
	bool is_affine;     /* of these, a straight line over each input while the others stand still */
	bool is_individual; /* reads io->id: two calls over the same inputs are two signals, as two noises are */
	unsigned n_acc;     /* TIME_SCAN: accumulators; the state is uint64_t[n_acc], zero at frame 0 */
	/* Bytes of state per channel (all of it for is_stereo), for these inputs' constants; NULL: none, or
	 * n_acc * 8. At most 64 MiB. Aligned to 64. A state holds no pointers: a checkpoint copies its bytes, and another
	 * process goes on from them. */
	size_t (*state_bytes)(const struct node_env *env, const struct node_input *in);
	/* Brings zeroed or used state to what it is at frame 0. NULL: zeroes. */
	void (*reset)(void *state, const struct node_env *env, const struct node_input *in);
	void (*process)(void *state, const struct node_io *io, size_t n_frames);
	/* TIME_SCAN: adds to state what process() over the same frames would, without output. */
	void (*advance)(void *state, const struct node_io *io, size_t n_frames);
	/* Seconds until the output has died away after the input ended; NULL: at once. */
	double (*tail_s)(const struct node_env *env, const struct node_input *in);

	/* As a modifier: what `events # f value` sets when the left side is a source of events. controls[p] is the
	 * enum control_key (render/pattern/control.h) for params[p], CONTROL_NONE (0) where none. */
	unsigned char controls[NODE_PARAMS_MAX];
	bool is_modifier;

	/* NULL, or what takes the place of a TIME_SCAN function in calls whose parameters are all fixed: TIME_PURE, with the
	 * same parameters. It is no function of the language and never called for a single frame. */
	const struct node_def *steady;
	/* Of such a steady one that is a sine of amplitude 1 at the frequency in[0], or NULL: gives in out[0][q] the value
	 * in the last frame of quantum q, for QUANTUM_FRAMES quanta from io->frame on (render/graph/plan_line.h). */
	void (*ends)(const void *state, const struct node_io *io);
	/* NULL, or what computes up to n_lanes calls of this function side by side and gives their sum; the builder
	 * puts it in place of the terms of sums (render/graph/gather.h). It is no function of the language, mono, of the
	 * same time class (TIME_PURE for a source, of which only calls with fixed parameters are put together), and its
	 * n_lanes is at most NODE_BANK_LANES (elsewhere 0): its inputs are those of each lane in turn,
	 * zero in lanes that are not used, which must add nothing. It is never called for a single frame. */
	const struct node_def *bank;
	unsigned n_lanes;
	/* NULL, or the bank of calls whose first input is a call of `fed_by` that only they read, with a fixed first
	 * parameter and zeroes for the others: the source's parameter stands in place of the input. */
	const struct node_def *fed_bank, *fed_by;
};

/* Inputs of a call, of one channel. */
static inline unsigned node_def_inputs(const struct node_def *def)
{
	return def->n_lanes ? def->n_lanes * def->n_params : def->n_params;
}

/* The catalogue: sorted by name. */
extern const struct node_def *const node_registry[];
extern const size_t node_registry_len;

/* By name or alias; NULL when there is none. Names need not be NUL-terminated. */
const struct node_def *node_find(const char *name, size_t len);

#endif
