/* How kernels are called.
 *
 * A kernel without state, or whose state at a block is known (a phase), gets the whole block at once. One that
 * carries state gets quanta of 64 frames and its output is looked at after each: when it is not finite, the
 * quantum becomes silence and the state what it was at frame 0. Quanta are counted from frame 0 of the run, so
 * where a sound recovers does not depend on the size of a block. A loop is evaluated frame by frame, in the order
 * of the plan, and guarded by the quantum in the same way, all its nodes together. */
#include "render/engine/tile.h"

#include <string.h>

#include "base/hash.h"
#include "render/engine/mix.h"

enum {
	INPUTS_MAX = 2 * NODE_PARAMS_MAX,
	STATE_BYTES_KEPT = 4096, /* more takes longer to copy than calls for each quantum cost */
};

static char *slot_of(const struct run *run, uint64_t block)
{
	return run->slots + run->slot_bytes * (block % run->spec.n_slots);
}

static sample *signal_at(const struct run *run, uint32_t node, unsigned ch, uint64_t block)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	return (sample *)(slot_of(run, block) + run->kernels[node].out_offset[ch < n->n_ch ? ch : 0]);
}

sample *run_signal(const struct run *run, uint32_t node, unsigned ch, uint64_t block)
{
	return signal_at(run, node, ch, block);
}

/* --- Inputs ----------------------------------------------------------------------------------------------- */

/* Where parameter p, for channel ch of a stereo kernel, stands in node_io.in, and which of its channels goes there. */
static void place_of(const struct plan_node *n, unsigned kernel, uint32_t p, unsigned ch, uint32_t *place,
		     unsigned *from)
{
	*place = n->def->is_stereo ? 2 * p + ch : p;
	*from = n->def->is_stereo ? ch : kernel;
}

void tile_constants(const struct run *run, uint32_t node, struct node_input *in)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	unsigned per_param = n->def->is_stereo ? 2 : 1;
	plan_node_constants(n, in);
	for (uint32_t i = 0; i < n->n_inputs * per_param; i++) {
		const struct kernel_input *ki = &run->kernels[node].inputs[i / per_param];
		in[i].value = ki->value;
		if (!ki->is_signal)
			in[i].data = NULL;
	}
}

static void scale_into(sample *out, const sample *in, sample factor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = in[i] * factor;
}

/* The signal of an input in a block, transposed when a note asks for that. */
static const sample *input_signal(const struct run *run, uint32_t node, uint32_t p, unsigned ch, uint64_t block)
{
	const struct kernel_input *ki = &run->kernels[node].inputs[p];
	const sample *data = signal_at(run, run->spec.plan->nodes[node].inputs[p].node, ch, block);
	if (ki->scale == 1)
		return data;
	size_t n = run->spec.shared->block_frames;
	sample *scaled = (sample *)(slot_of(run, block) + ki->scaled_offset) + ch * n;
	scale_into(scaled, data, ki->scale, n);
	return scaled;
}

static void block_inputs(const struct run *run, uint32_t node, unsigned kernel, uint64_t block, struct node_input *in)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	for (uint32_t p = 0; p < n->n_inputs; p++)
		for (unsigned ch = 0; ch < (n->def->is_stereo ? 2u : 1u); ch++) {
			const struct kernel_input *ki = &run->kernels[node].inputs[p];
			uint32_t place;
			unsigned from;
			place_of(n, kernel, p, ch, &place, &from);
			in[place] = (struct node_input){
				.data = ki->is_signal ? input_signal(run, node, p, from, block) : NULL,
				.value = ki->value,
				.list = n->inputs[p].list,
				.n_list = n->inputs[p].n_list,
			};
		}
}

static struct node_io io_of(const struct run *run, uint32_t node, unsigned kernel, uint64_t block,
			    struct node_input *in)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	return (struct node_io){
		.in = in,
		.out = { signal_at(run, node, kernel, block),
			 n->def->is_stereo ? signal_at(run, node, 1, block) : NULL },
		.frame = block * run->spec.shared->block_frames,
		.env = &run->spec.shared->env,
		.id = hash64_pair(n->graph_idx, kernel),
	};
}

/* --- State ------------------------------------------------------------------------------------------------ */

static void reset_state(const struct run *run, uint32_t node, unsigned kernel, const struct node_input *in)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	const struct kernel *k = &run->kernels[node];
	if (k->state[kernel] && n->def->reset)
		n->def->reset(k->state[kernel], &run->spec.shared->env, in);
	else if (k->state[kernel])
		memset(k->state[kernel], 0, k->state_bytes);
}

void tile_reset_kernel(struct run *run, uint32_t node)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct node_input in[INPUTS_MAX];
	tile_constants(run, node, in);
	for (unsigned k = 0; k < n->n_kernels; k++) {
		reset_state(run, node, k, in);
		if (n->is_phase_closed) {
			struct node_io io = { .in = in, .env = &run->spec.shared->env };
			memset(run->kernels[node].acc[k], 0, n->def->n_acc * sizeof(uint64_t));
			n->def->advance(run->kernels[node].acc[k], &io, 1);
		}
	}
}

/* The phases at the start of a block, in acc[n_acc]. */
static void phase_load(const struct run *run, uint32_t node, unsigned kernel, uint64_t block, uint64_t *acc)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	const struct kernel *k = &run->kernels[node];
	if (!n->is_phase_closed) {
		memcpy(acc, slot_of(run, block) + k->phase_offset[kernel], n->def->n_acc * sizeof *acc);
		return;
	}
	for (unsigned i = 0; i < n->def->n_acc; i++)
		acc[i] = block * run->spec.shared->block_frames * k->acc[kernel][i];
}

/* --- Plain stages ----------------------------------------------------------------------------------------- */

static void warn_not_finite(struct run *run, uint32_t node)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	if (atomic_exchange_explicit(&run->kernels[node].has_warned, true, memory_order_relaxed))
		return;
	run_warn(run->spec.shared, "not-finite", n->span, "'%s' became infinite and was reset", n->def->name);
}

static bool io_is_finite(const struct node_io *io, size_t n)
{
	return mix_is_finite(io->out[0], n) && (!io->out[1] || mix_is_finite(io->out[1], n));
}

/* To the next quantum; in[n_in] is io->in. */
static void io_advance(struct node_io *io, struct node_input *in, uint32_t n_in)
{
	for (uint32_t i = 0; i < n_in; i++)
		in[i].data = in[i].data ? in[i].data + QUANTUM_FRAMES : NULL;
	io->frame += QUANTUM_FRAMES;
	for (unsigned ch = 0; ch < 2; ch++)
		io->out[ch] = io->out[ch] ? io->out[ch] + QUANTUM_FRAMES : NULL;
}

static void silence_and_reset(struct run *run, uint32_t node, unsigned kernel, const struct node_io *io)
{
	struct node_input constants[INPUTS_MAX];

	for (unsigned ch = 0; ch < 2; ch++)
		if (io->out[ch])
			memset(io->out[ch], 0, QUANTUM_FRAMES * sizeof(sample));
	tile_constants(run, node, constants);
	reset_state(run, node, kernel, constants);
	warn_not_finite(run, node);
}

/* The whole block at once, where that can be undone: what went wrong is found quantum by quantum. */
static bool process_at_once(struct run *run, uint32_t node, unsigned kernel, struct node_io *io)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	const struct kernel *k = &run->kernels[node];
	size_t n_frames = run->spec.shared->block_frames;
	_Alignas(64) char before[STATE_BYTES_KEPT];

	if (k->state_bytes > sizeof before || n_frames == QUANTUM_FRAMES)
		return false;
	if (k->state_bytes > 0)
		memcpy(before, k->state[kernel], k->state_bytes);
	n->def->process(k->state[kernel], io, n_frames);
	if (io_is_finite(io, n_frames))
		return true;
	if (k->state_bytes > 0)
		memcpy(k->state[kernel], before, k->state_bytes);
	return false;
}

/* in[] is io->in. */
static void process_carrying(struct run *run, uint32_t node, unsigned kernel, struct node_io *io, struct node_input *in)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	uint32_t n_in = n->n_inputs * (n->def->is_stereo ? 2 : 1);

	if (process_at_once(run, node, kernel, io))
		return;
	for (size_t at = 0; at < run->spec.shared->block_frames; at += QUANTUM_FRAMES) {
		n->def->process(run->kernels[node].state[kernel], io, QUANTUM_FRAMES);
		if (!io_is_finite(io, QUANTUM_FRAMES))
			silence_and_reset(run, node, kernel, io);
		io_advance(io, in, n_in);
	}
}

static void process_kernel(struct run *run, uint32_t node, unsigned k, uint64_t block)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct node_input in[INPUTS_MAX];
	uint64_t acc[NODE_PARAMS_MAX];
	block_inputs(run, node, k, block, in);
	struct node_io io = io_of(run, node, k, block, in);
	if (n->time_class == TIME_CARRY) {
		process_carrying(run, node, k, &io, in);
	} else if (n->def->time_class == TIME_SCAN) {
		phase_load(run, node, k, block, acc);
		n->def->process(acc, &io, run->spec.shared->block_frames);
	} else {
		n->def->process(run->kernels[node].state[k], &io, run->spec.shared->block_frames);
	}
}

void tile_nodes(struct run *run, const struct plan_stage *stage, uint64_t block, unsigned part)
{
	for (uint32_t i = 0; i < stage->n_nodes && !run_is_canceled(run->spec.shared); i++) {
		unsigned n_kernels = run->spec.plan->nodes[stage->nodes[i]].n_kernels;
		for (unsigned k = part; k < (stage->is_split ? part + 1 : n_kernels); k++)
			process_kernel(run, stage->nodes[i], k, block);
	}
}

/* Keeps the phase that the block begins with and goes on to that of the next. The sums are exact, so this is all
 * that has to run in order; the oscillator itself then computes its blocks in any. */
void tile_advance(struct run *run, const struct plan_stage *stage, uint64_t block)
{
	uint32_t node = stage->nodes[0];
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct kernel *k = &run->kernels[node];
	struct node_input in[INPUTS_MAX];
	for (unsigned i = 0; i < n->n_kernels; i++) {
		memcpy(slot_of(run, block) + k->phase_offset[i], k->acc[i], n->def->n_acc * sizeof(uint64_t));
		block_inputs(run, node, i, block, in);
		struct node_io io = io_of(run, node, i, block, in);
		n->def->advance(k->acc[i], &io, run->spec.shared->block_frames);
	}
}

/* --- Loops ------------------------------------------------------------------------------------------------ */

/* Inputs of one frame; values holds what is transposed or comes from the frame before. */
static void frame_inputs(const struct run *run, uint32_t node, unsigned kernel, uint64_t block, size_t frame,
			 struct node_input *in, sample *values)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	for (uint32_t p = 0; p < n->n_inputs; p++)
		for (unsigned ch = 0; ch < (n->def->is_stereo ? 2u : 1u); ch++) {
			const struct kernel_input *ki = &run->kernels[node].inputs[p];
			const struct plan_input *pi = &n->inputs[p];
			uint32_t place;
			unsigned from;
			place_of(n, kernel, p, ch, &place, &from);
			in[place] = (struct node_input){ .value = ki->value, .list = pi->list, .n_list = pi->n_list };
			if (!ki->is_signal)
				continue;
			if (from >= run->spec.plan->nodes[pi->node].n_ch)
				from = 0;
			values[place] = ki->scale * (pi->is_delayed ? run->kernels[pi->node].before[from]
								    : signal_at(run, pi->node, from, block)[frame]);
			in[place].data = &values[place];
		}
}

static void loop_frame(struct run *run, const struct plan_stage *stage, uint64_t block, size_t frame)
{
	struct node_input in[INPUTS_MAX];
	sample values[INPUTS_MAX];
	for (uint32_t i = 0; i < stage->n_nodes; i++) {
		uint32_t node = stage->nodes[i];
		const struct plan_node *n = &run->spec.plan->nodes[node];
		for (unsigned k = 0; k < n->n_kernels; k++) {
			frame_inputs(run, node, k, block, frame, in, values);
			struct node_io io = io_of(run, node, k, block, in);
			io.frame += frame;
			io.out[0] += frame;
			io.out[1] = io.out[1] ? io.out[1] + frame : NULL;
			n->def->process(run->kernels[node].state[k], &io, 1);
		}
	}
	for (uint32_t i = 0; i < stage->n_nodes; i++)
		for (unsigned ch = 0; ch < run->spec.plan->nodes[stage->nodes[i]].n_ch; ch++)
			run->kernels[stage->nodes[i]].before[ch] = signal_at(run, stage->nodes[i], ch, block)[frame];
}

/* PLAN_NONE, or the first node of the loop whose quantum is not finite. */
static uint32_t loop_failure(const struct run *run, const struct plan_stage *stage, uint64_t block, size_t first)
{
	for (uint32_t i = 0; i < stage->n_nodes; i++)
		for (unsigned ch = 0; ch < run->spec.plan->nodes[stage->nodes[i]].n_ch; ch++)
			if (!mix_is_finite(signal_at(run, stage->nodes[i], ch, block) + first, QUANTUM_FRAMES))
				return stage->nodes[i];
	return PLAN_NONE;
}

static void loop_reset(struct run *run, const struct plan_stage *stage, uint64_t block, size_t first)
{
	for (uint32_t i = 0; i < stage->n_nodes; i++) {
		uint32_t node = stage->nodes[i];
		tile_reset_kernel(run, node);
		for (unsigned ch = 0; ch < run->spec.plan->nodes[node].n_ch; ch++) {
			memset(signal_at(run, node, ch, block) + first, 0, QUANTUM_FRAMES * sizeof(sample));
			run->kernels[node].before[ch] = 0;
		}
	}
}

void tile_loop(struct run *run, const struct plan_stage *stage, uint64_t block)
{
	size_t n = run->spec.shared->block_frames;
	for (size_t first = 0; first < n && !run_is_canceled(run->spec.shared); first += QUANTUM_FRAMES) {
		for (size_t i = 0; i < QUANTUM_FRAMES; i++)
			loop_frame(run, stage, block, first + i);
		uint32_t failed = loop_failure(run, stage, block, first);
		if (failed == PLAN_NONE)
			continue;
		warn_not_finite(run, failed);
		loop_reset(run, stage, block, first);
	}
}
