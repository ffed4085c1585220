/* Granulator: a cloud of short pieces of the last two seconds, each under a Hann window, at its own speed.
 *
 * `density` grains per frame (at 44.1 kHz) are due, at most so many that GRAINS_MAX sound at once; a grain begins
 * whenever their sum passes a whole number. It begins up to half a second back, at a place that a hash of (seed, call site,
 * channel, number of the grain) chooses, and no nearer than its speed allows: none ever reads what has not sounded
 * yet. The output is the sum of the windowed grains over the sum of their windows where that is above 1, so many grains
 * are as loud as one and none is cut off by another's beginning. C. Roads, Microsound (2001), chapter 3.
 *
 * Grains begin at their exact frame, but lists of them change only where the frame is a multiple of SIMD_LANES, so
 * that no way of cutting a span of frames changes the order in which they are summed. */
#include <string.h>

#include "base/hash.h"
#include "render/dsp/grain.h"

enum { GRANULAR_IN, GRANULAR_GRAIN, GRANULAR_DENSITY, GRANULAR_PITCH, GRANULAR_PARAMS };

enum { GRAINS_MAX = 128 };

#define RING_S 2.0
#define SCATTER_S 0.5
#define REFERENCE_RATE_HZ 44100.0

struct grain {
	uint64_t start;    /* frame */
	uint64_t position; /* of its first sample */
	uint64_t step;
	uint32_t frames;
	sample per_frame; /* 1 / frames */
};

struct granular {
	uint64_t frame;
	uint64_t n_begun; /* grains since frame 0 */
	double due;
	struct line line;
	uint32_t n_grains;
	struct grain grains[GRAINS_MAX]; /* in the order of their beginning */
	sample ring[] __attribute__((aligned(64)));
};

/* Floats of the line, which is placed in *l. */
static uint32_t granular_layout(struct line *l, const struct node_env *env)
{
	return line_place(l, 0, RING_S * env->sample_rate_hz);
}

static size_t granular_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct line l;

	(void)in;
	return sizeof(struct granular) + granular_layout(&l, env) * sizeof(sample);
}

static void granular_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct granular *g = state;

	memset(g, 0, granular_state_bytes(env, in));
	granular_layout(&g->line, env);
}

/* --- Beginnings and ends ---------------------------------------------------------------------------------------- */

static void drop_ended(struct granular *g)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->n_grains; i++)
		if (g->frame - g->grains[i].start < g->grains[i].frames)
			g->grains[n++] = g->grains[i];
	g->n_grains = n;
}

/* Parameters of a call at one frame. */
static double param_at(const struct node_io *io, unsigned p, size_t i, double lo, double hi)
{
	return clamp_f64(node_input_at(&io->in[p], i), lo, hi);
}

/* Length of grains. */
static double grain_frames(const struct node_io *io, size_t i)
{
	return param_at(io, GRANULAR_GRAIN, i, 5, 500) * 0.001 * io->env->sample_rate_hz;
}

static void grain_begin(struct granular *g, const struct node_io *io, size_t i, uint64_t start)
{
	double rate = io->env->sample_rate_hz, pitch = param_at(io, GRANULAR_PITCH, i, 0.1, 4);
	double frames = grain_frames(io, i);
	double nearest = GRAIN_REACH + 1 + (pitch > 1 ? (pitch - 1) * frames : 0);
	double farthest = RING_S * rate - (pitch < 1 ? (1 - pitch) * frames : 0);
	double scatter = clamp_f64(farthest - nearest, 0, SCATTER_S * rate);
	uint64_t key = hash64_pair(io->env->seed, io->id);
	double chance = (double)(hash64_pair(key, g->n_begun) >> 11) * 0x1p-53;

	g->n_begun++;
	if (g->n_grains == GRAINS_MAX)
		return;
	g->grains[g->n_grains++] = (struct grain){
		.start = start,
		.position = grain_position(start) - (uint64_t)((nearest + chance * scatter) * 0x1p32),
		.step = (uint64_t)(pitch * 0x1p32),
		.frames = (uint32_t)(frames + 0.5),
		.per_frame = (sample)(1.0 / frames),
	};
}

/* Once per SIMD_LANES frames: what ends before them and what begins within them. */
static void grains_update(struct granular *g, const struct node_io *io, size_t i)
{
	double rate = io->env->sample_rate_hz;
	double density = param_at(io, GRANULAR_DENSITY, i, 0, 1) * REFERENCE_RATE_HZ / rate;
	/* Grains as long as this that just leave room for each other: more would come in bursts, with holes between. */
	double most = (GRAINS_MAX - 1) / (grain_frames(io, i) + 2 * SIMD_LANES);

	density = density < most ? density : most;
	drop_ended(g);
	for (unsigned j = 0; j < SIMD_LANES; j++) {
		g->due += density;
		if (g->due < 1)
			continue;
		g->due -= 1;
		grain_begin(g, io, i, g->frame + j);
	}
}

/* --- Sound ------------------------------------------------------------------------------------------------------ */

/* Adds a grain's samples and weights in eight frames. */
SIMD_INLINE void grain_add(const struct granular *g, const struct grain *grain, f32x8 *sum, f32x8 *weights)
{
	uint32_t age = (uint32_t)(g->frame - grain->start);
	u32x8 ages = age + u32x8_lanes();
	uint64_t position[SIMD_LANES];
	f32x8 weight = grain_window(__builtin_convertvector((i32x8)ages, f32x8) * grain->per_frame);

	/* Before the beginning the age wraps around, far beyond the end. */
	weight = f32x8_select((i32x8)(ages < grain->frames), weight, f32x8_splat(0.0f));
	for (uint32_t j = 0; j < SIMD_LANES; j++)
		position[j] = grain->position + (g->frame + j - grain->start) * grain->step;
	*sum += grain_read(&g->line, g->ring, position) * weight;
	*weights += weight;
}

SIMD_CLONES(static, granular_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct granular *g = state;
	size_t lanes = lanes_in_use(n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 in = f32x8_clamp(input_load(&io->in[GRANULAR_IN], i, n), -GRAIN_INPUT_MAX, GRAIN_INPUT_MAX);
		f32x8 sum = { 0 }, weights = { 0 };

		if (g->frame % SIMD_LANES == 0)
			grains_update(g, io, i);
		line_store(&g->line, g->ring, (uint32_t)g->frame, in, lanes);
		for (uint32_t k = 0; k < g->n_grains; k++)
			grain_add(g, &g->grains[k], &sum, &weights);
		output_store(io->out[0], i, n, sum / f32x8_max(weights, f32x8_splat(1.0f)));
		g->frame += lanes;
	}
}

static double granular_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return RING_S + 0.5;
}

const struct node_def node_granular = {
	.name = "granular",
	.doc = "a cloud of short pieces of the last two seconds",
	.reference = "C. Roads, Microsound (2001), chapter 3",
	.example = "out $ s \"tom*2 perc\" # granular 80 0.002 0.5",
	.params = {
		PARAM_IN,
		{ .name = "grain", .unit = "ms", .min = 5, .max = 500, .doc = "length of a grain" },
		{ .name = "density", .unit = "", .min = 0, .max = 1,
		  .doc = "grains per frame at 44.1 kHz: 0.001 are 44 a second; 128 at a time at most" },
		{ .name = "pitch", .unit = "", .min = 0.1, .max = 4, .doc = "speed at which grains play" },
	},
	.n_params = GRANULAR_PARAMS,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = granular_state_bytes,
	.reset = granular_reset,
	.process = granular_process,
	.tail_s = granular_tail_s,
};
