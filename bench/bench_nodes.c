/* Time per sample of every kernel of the registry.
 *
 *   bench_nodes [NAME ...]   nanoseconds per frame and channel, the least of several rounds: with constant
 *                            parameters; with those parameters that may move in buffers; one frame at a time, as
 *                            in feedback; and of node_def.advance over buffers, for phases. Beside that the
 *                            bound that memory sets: reading those buffers and writing as many as the kernel,
 *                            with an addition for each; and how many times that the modulated (or constant) time is
 *
 * Buffers hold values near each parameter's default (or the middle of its range), noise on audio inputs. Blocks have
 * 512 frames at 44.1 kHz, as many as stay in the first-level cache with a kernel's state. CPU time of the thread, so
 * that other processes count only through the caches. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/clock.h"
#include "base/hash.h"
#include "render/dsp/node.h"
#include "render/dsp/simd.h"

enum { FRAMES = 512, CHANNELS = 2, ROUNDS = 7 };
#define ROUND_NS 3000000u

static const struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100, .seed = 1 };

static sample inputs[NODE_PARAMS_MAX][FRAMES] __attribute__((aligned(64)));
static sample outputs[CHANNELS][FRAMES] __attribute__((aligned(64)));

struct subject {
	const struct node_def *def;
	struct node_input in[NODE_PARAMS_MAX * CHANNELS];
	void *state;
	uint64_t frame;
};

/* What a program would give the parameter. */
static double usual_value(const struct param_def *p)
{
	if (p->flags & PARAM_PITCH)
		return fmax(p->min, fmin(p->max, 220));
	if (p->flags & PARAM_OPTIONAL)
		return p->def;
	if (p->min > 0 && p->max / p->min > 100)
		return sqrt(p->min * p->max);
	return p->max > 1e6 ? 0.5 : (p->min + p->max) / 2;
}

static void fill_inputs(const struct node_def *def)
{
	for (unsigned p = 0; p < def->n_params; p++)
		for (size_t i = 0; i < FRAMES; i++) {
			double noise = (double)(hash64_pair(p, i) >> 11) * 0x1p-52 - 1;
			double value = usual_value(&def->params[p]) * (1 + 0.05 * sin(0.01 * (double)i));
			inputs[p][i] = (sample)(def->params[p].flags & PARAM_INPUT ? 0.5 * noise : value);
		}
}

/* Audio inputs are always buffers, numbers of the plan never. */
static void bind(struct subject *s, bool is_modulated)
{
	static const sample list[] = { 1, 0.5f, 0.33f, 0.25f };
	unsigned n_ch = s->def->is_stereo ? 2 : 1;

	for (unsigned p = 0; p < s->def->n_params; p++) {
		unsigned flags = s->def->params[p].flags;
		bool is_buffer = flags & PARAM_INPUT || (is_modulated && !(flags & (PARAM_CONST | PARAM_LIST)));
		for (unsigned ch = 0; ch < n_ch; ch++)
			s->in[p * n_ch + ch] = (struct node_input){ .data = is_buffer ? inputs[p] : NULL,
								    .value = (sample)usual_value(&s->def->params[p]),
								    .list = list,
								    .n_list = sizeof list / sizeof list[0] };
	}
}

static void subject_reset(struct subject *s)
{
	size_t bytes = s->def->state_bytes ? s->def->state_bytes(&env, s->in) : s->def->n_acc * sizeof(uint64_t);

	free(s->state);
	bytes = (bytes + 127) / 64 * 64;
	s->state = aligned_alloc(64, bytes);
	if (!s->state) {
		fputs("bench_nodes: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	memset(s->state, 0, bytes);
	if (s->def->reset)
		s->def->reset(s->state, &env, s->in);
	s->frame = 0;
}

/* Reads every buffer once and writes the outputs. state: struct subject. FRAMES is a multiple of SIMD_LANES. */
SIMD_CLONES(static, touch, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	const struct subject *s = state;
	unsigned n_ch = s->def->is_stereo ? 2 : 1, n_in = s->def->n_params * n_ch;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 sum = f32x8_splat(0);
		for (unsigned p = 0; p < n_in; p++)
			if (io->in[p].data)
				sum += f32x8_load(io->in[p].data + i);
		for (unsigned ch = 0; ch < n_ch; ch++)
			f32x8_store(io->out[ch] + i, sum);
	}
}

typedef void kernel_call(void *state, const struct node_io *io, size_t n);

static void run_block(struct subject *s, kernel_call *call, size_t step)
{
	void *state = call == touch ? s : s->state;

	for (size_t at = 0; at < FRAMES; at += step) {
		struct node_io io = { .in = s->in,
				      .out = { outputs[0] + at, outputs[1] + at },
				      .frame = s->frame,
				      .env = &env,
				      .id = 1 };
		call(state, &io, step);
		s->frame += step;
	}
}

/* Nanoseconds per frame and channel; per stereo frame half of what the call takes. */
static double ns_per_frame(struct subject *s, kernel_call *call, size_t step)
{
	double best = INFINITY;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t start_ns = clock_thread_cpu_ns(), elapsed_ns = 0, n = 0;

		while (elapsed_ns < ROUND_NS) {
			for (unsigned i = 0; i < 8; i++)
				run_block(s, call, step);
			n += 8 * FRAMES;
			elapsed_ns = clock_thread_cpu_ns() - start_ns;
		}
		best = fmin(best, (double)elapsed_ns / (double)n);
	}
	return best / (s->def->is_stereo ? 2 : 1);
}

static bool is_ever_modulated(const struct node_def *def)
{
	for (unsigned p = 0; p < def->n_params; p++)
		if (!(def->params[p].flags & (PARAM_INPUT | PARAM_CONST | PARAM_LIST)))
			return true;
	return false;
}

static void print_column(bool is_there, double ns)
{
	if (is_there)
		printf(" %9.2f", ns);
	else
		printf(" %9s", "-");
}

static void bench_node(const struct node_def *def)
{
	static const char *const classes[] = { "pure", "scan", "carry" };
	struct subject s = { .def = def };
	bool moves = is_ever_modulated(def);

	fill_inputs(def);
	printf("%-22s %-5s", def->name, classes[def->time_class]);
	bind(&s, false);
	subject_reset(&s);
	double ns = ns_per_frame(&s, def->process, FRAMES);
	print_column(true, ns);
	bind(&s, true);
	subject_reset(&s);
	if (moves)
		ns = ns_per_frame(&s, def->process, FRAMES);
	print_column(moves, ns);
	subject_reset(&s);
	print_column(true, ns_per_frame(&s, def->process, 1));
	print_column(def->advance != NULL, def->advance ? ns_per_frame(&s, def->advance, FRAMES) : 0);
	double bound_ns = ns_per_frame(&s, touch, FRAMES);
	print_column(true, bound_ns);
	print_column(true, ns / bound_ns);
	printf("\n");
	fflush(stdout);
	free(s.state);
}

/* As in the workers of the engine. */
static void denormals_flush(void)
{
#ifdef __x86_64__
	_mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ, DAZ */
#endif
}

static bool is_wanted(const struct node_def *def, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], def->name) == 0)
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	denormals_flush();
	printf("%-22s %-5s %9s %9s %9s %9s %9s %9s\n", "ns per frame, channel", "class", "constant", "modulated", "one",
	       "advance", "bound", "times");
	for (size_t i = 0; i < node_registry_len; i++)
		if (node_registry[i]->process && is_wanted(node_registry[i], argc, argv))
			bench_node(node_registry[i]);
	return EXIT_SUCCESS;
}
