#include "render/engine/run.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "render/engine/mix.h"
#include "render/engine/note.h"
#include "render/engine/score.h"
#include "render/engine/tile.h"
#include "render/engine/track.h"

enum { SERIAL_BLOCKS_PER_CHECK = 8 }; /* of the CPU budget: reading that clock is a system call */

/* --- Building --------------------------------------------------------------------------------------------- */

/* Takes bytes of the slot layout, 64-byte aligned. */
static size_t slot_take(struct run *run, size_t bytes)
{
	size_t at = run->slot_bytes;
	run->slot_bytes += (bytes + 63) & ~(size_t)63;
	return at;
}

static size_t channel_bytes(const struct run *run)
{
	return run->spec.shared->block_frames * sizeof(sample);
}

static void layout_input(struct run *run, const struct plan_input *in, struct kernel_input *ki)
{
	const struct pitch *pitch = &run->spec.pitch;
	*ki = (struct kernel_input){ .value = in->value, .is_signal = in->node != PLAN_NONE, .scale = 1 };
	if (!in->is_pitch)
		return;
	if (!ki->is_signal) {
		if (in->is_free_pitch && pitch->free_hz > 0)
			ki->value = (sample)pitch->free_hz;
		else if (!in->is_free_pitch)
			ki->value = (sample)(in->value * pitch->ratio);
	} else if (pitch->replace_hz > 0) {
		ki->is_signal = false;
		ki->value = (sample)pitch->replace_hz;
	} else if (pitch->ratio != 1) {
		ki->scale = (sample)pitch->ratio;
		ki->scaled_offset = slot_take(run, PLAN_CHANNELS_MAX * channel_bytes(run));
	}
}

static int layout_node(struct run *run, uint32_t node, struct error *err)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct kernel *k = &run->kernels[node];
	k->inputs = ARENA_ARRAY(&run->arena, n->n_inputs, struct kernel_input);
	if (!k->inputs)
		return error_set(err, ERR_TOO_LARGE, "the program needs more memory than a job may take");
	for (uint32_t i = 0; i < n->n_inputs; i++)
		layout_input(run, &n->inputs[i], &k->inputs[i]);
	for (unsigned ch = 0; ch < n->n_ch; ch++)
		k->out_offset[ch] = slot_take(run, channel_bytes(run));
	for (unsigned i = 0; n->def && n->time_class == TIME_SCAN && i < n->n_kernels; i++)
		k->phase_offset[i] = slot_take(run, n->def->n_acc * sizeof(uint64_t));
	return 0;
}

static size_t state_bytes_of(const struct run *run, uint32_t node)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct node_input in[2 * NODE_PARAMS_MAX];
	if (!n->def->state_bytes)
		return n->def->n_acc * sizeof(uint64_t);
	tile_constants(run, node, in);
	return n->def->state_bytes(&run->spec.shared->env, in);
}

static int allocate_kernel(struct run *run, uint32_t node, struct error *err)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct kernel *k = &run->kernels[node];
	if (n->kind != GRAPH_NODE)
		return 0;
	k->state_bytes = state_bytes_of(run, node);
	for (unsigned i = 0; i < n->n_kernels; i++) {
		k->acc[i] = ARENA_ARRAY(&run->arena, n->def->n_acc, uint64_t);
		k->state[i] = k->state_bytes ? arena_alloc_aligned(&run->arena, k->state_bytes, 64) : NULL;
		if (!k->acc[i] || (k->state_bytes && !k->state[i]))
			return error_set_at(err, ERR_TOO_LARGE, n->span,
					    "the program's delays need more memory than a job may take");
	}
	tile_reset_kernel(run, node);
	return 0;
}

static int allocate_sources(struct run *run, struct error *err)
{
	const struct plan *p = run->spec.plan;
	for (uint32_t i = 0; i < p->n_nodes; i++) {
		struct kernel *k = &run->kernels[i];
		if (p->nodes[i].kind != GRAPH_CONTROL)
			continue;
		k->track = track_new(&p->nodes[i], run->spec.shared, run->spec.song_frame);
		if (!k->track)
			return error_set(err, ERR_NO_MEMORY, "no memory for a pattern");
	}
	for (uint32_t i = 0; i < p->n_events; i++) {
		run->scores[i] = score_new(run, &p->events[i]);
		if (!run->scores[i])
			return error_set(err, ERR_NO_MEMORY, "no memory for a source of events");
	}
	return 0;
}

static int run_build(struct run *run, struct error *err)
{
	const struct plan *p = run->spec.plan;
	run->kernels = ARENA_ARRAY(&run->arena, p->n_nodes, struct kernel);
	run->scores = ARENA_ARRAY(&run->arena, p->n_events, struct score *);
	if (!run->kernels || !run->scores)
		return error_set(err, ERR_TOO_LARGE, "the program needs more memory than a job may take");
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (layout_node(run, i, err))
			return -1;
	run->slots = arena_alloc_aligned(&run->arena, run->slot_bytes * run->spec.n_slots, 64);
	if (!run->slots)
		return error_set(err, ERR_TOO_LARGE, "the program needs more memory than a job may take");
	for (uint32_t i = 0; i < p->n_nodes; i++) {
		if (run_is_canceled(run->spec.shared))
			return error_set(err, ERR_CANCELED, "the render was canceled");
		if (allocate_kernel(run, i, err))
			return -1;
	}
	return allocate_sources(run, err);
}

size_t run_slot_bytes(const struct plan *plan, unsigned block_frames)
{
	size_t bytes = 64;
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		bytes += plan->nodes[i].n_ch * block_frames * sizeof(sample) + 128;
	return bytes;
}

struct run *run_new(const struct run_spec *spec, struct error *err)
{
	struct run *run = calloc(1, sizeof *run);
	if (!run) {
		error_set(err, ERR_NO_MEMORY, "no memory for a render");
		return NULL;
	}
	run->spec = *spec;
	run->n_blocks = (spec->n_frames + spec->shared->block_frames - 1) / spec->shared->block_frames;
	arena_init(&run->arena, spec->shared->memory_cap_bytes);
	if (run_build(run, err)) {
		run_free(run);
		return NULL;
	}
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	for (uint32_t i = 0; run->kernels && i < run->spec.plan->n_nodes; i++)
		track_free(run->kernels[i].track);
	for (uint32_t i = 0; run->scores && i < run->spec.plan->n_events; i++)
		score_free(run->scores[i]);
	arena_fini(&run->arena);
	free(run);
}

/* --- Voices ----------------------------------------------------------------------------------------------- */

static struct score *score_of(const struct run *run, const struct plan_stage *st)
{
	return run->scores[run->spec.plan->nodes[st->nodes[0]].events_idx];
}

/* Where a group's sum goes: with one group that is the signal itself. */
static sample *group_sum(const struct run *run, const struct plan_stage *st, const struct score_block *b,
			 uint64_t block, size_t group, unsigned ch)
{
	if (b->n_groups == 1)
		return run_signal(run, st->nodes[0], ch, block);
	return b->sums + (group * PLAN_CHANNELS_MAX + ch) * run->spec.shared->block_frames;
}

static void voices_part(struct run *run, const struct plan_stage *st, uint64_t block, unsigned part)
{
	const struct score_block *b = score_block_at(score_of(run, st), block);
	size_t n = run->spec.shared->block_frames;
	if (b->n_groups == 0)
		return;
	sample *left = group_sum(run, st, b, block, part, 0), *right = group_sum(run, st, b, block, part, 1);
	memset(left, 0, n * sizeof *left);
	memset(right, 0, n * sizeof *right);
	for (size_t i = b->groups[part]; i < b->groups[part + 1]; i++)
		voice_mix(b->voices[i], block * n, n, left, right);
}

static void voices_finish(struct run *run, const struct plan_stage *st, uint64_t block)
{
	const struct score_block *b = score_block_at(score_of(run, st), block);
	size_t n = run->spec.shared->block_frames;
	if (b->n_groups == 1)
		return;
	for (unsigned ch = 0; ch < PLAN_CHANNELS_MAX; ch++) {
		sample *out = run_signal(run, st->nodes[0], ch, block);
		memset(out, 0, n * sizeof *out);
		for (size_t g = 0; g < b->n_groups; g++)
			mix_add(out, group_sum(run, st, b, block, g, ch), n);
	}
}

static int notes_part(struct run *run, const struct plan_stage *st, uint64_t block, unsigned part, struct error *err)
{
	struct score *s = score_of(run, st);
	return note_render(score_block_at(s, block)->missing[part], run, score_events(s), err);
}

/* --- Tiles ------------------------------------------------------------------------------------------------ */

unsigned run_tile_parts(const struct run *run, uint32_t stage, uint64_t block)
{
	const struct plan_stage *st = &run->spec.plan->stages[stage];
	size_t n_groups;
	if (run_is_idle(run, stage, block))
		return 0;
	if (st->kind == STAGE_NOTES)
		return (unsigned)score_block_at(score_of(run, st), block)->n_missing;
	if (st->kind >= STAGE_MIX && run->spec.deliver_parts)
		return run->spec.deliver_parts(run->spec.deliver_ctx, st->kind);
	if (st->kind != STAGE_VOICES)
		return st->is_split ? PLAN_CHANNELS_MAX : 1;
	n_groups = score_block_at(score_of(run, st), block)->n_groups;
	return n_groups > 0 ? (unsigned)n_groups : 1; /* silence has to be written */
}

static int controls_tile(struct run *run, const struct plan_stage *st, uint64_t block, struct error *err)
{
	for (uint32_t i = 0; i < st->n_nodes; i++)
		if (track_fill(run->kernels[st->nodes[i]].track, run_signal(run, st->nodes[i], 0, block),
			       run->spec.shared->block_frames, err))
			return -1;
	return 0;
}

static int deliver_part(struct run *run, enum stage_kind kind, uint64_t block, unsigned part, struct error *err)
{
	uint64_t first = block * run->spec.shared->block_frames;
	uint64_t left = run->spec.n_frames - first;
	size_t n = left < run->spec.shared->block_frames ? (size_t)left : run->spec.shared->block_frames;
	struct run_step step = { .kind = kind, .block = block, .part = part, .n_frames = n };
	return run->spec.deliver(run->spec.deliver_ctx, run, &step, err);
}

static int stage_part(struct run *run, uint32_t stage, uint64_t block, unsigned part, struct error *err)
{
	const struct plan_stage *st = &run->spec.plan->stages[stage];
	switch (st->kind) {
	case STAGE_CONTROLS:
		return controls_tile(run, st, block, err);
	case STAGE_SCORE:
		return score_advance(score_of(run, st), block, err);
	case STAGE_NOTES:
		return notes_part(run, st, block, part, err);
	case STAGE_VOICES:
		voices_part(run, st, block, part);
		return 0;
	case STAGE_ADVANCE:
		tile_advance(run, st, block);
		return 0;
	case STAGE_NODES:
		tile_nodes(run, st, block, part);
		return 0;
	case STAGE_LOOP:
		tile_loop(run, st, block);
		return 0;
	case STAGE_MIX:
	case STAGE_LEVEL:
	case STAGE_MEASURE:
	case STAGE_ENCODE:
	case STAGE_OUTPUT:
		return deliver_part(run, st->kind, block, part, err);
	}
	return error_set(err, ERR_INTERNAL, "a stage of no known kind");
}

int run_tile_part(struct run *run, uint32_t stage, uint64_t block, unsigned part, struct error *err)
{
	if (!run_is_idle(run, stage, block) && stage_part(run, stage, block, part, err))
		return -1;
	/* A long one may have ended early. */
	return run_is_canceled(run->spec.shared) ? error_set(err, ERR_CANCELED, "the render was canceled") : 0;
}

int run_tile_finish(struct run *run, uint32_t stage, uint64_t block, struct error *err)
{
	const struct plan_stage *st = &run->spec.plan->stages[stage];
	(void)err;
	if (st->kind == STAGE_VOICES && !run_is_idle(run, stage, block))
		voices_finish(run, st, block);
	return 0;
}

/* The place in the sound is that of the song, also of a note's run. */
static int fail_cpu(const struct run *run, uint64_t block, struct error *err)
{
	const struct run_shared *shared = run->spec.shared;
	double frame = (double)(run->spec.song_frame + block * shared->block_frames);
	return error_set(err, ERR_BUDGET,
			 "the render used up its %.3g s of CPU time at %.1f s of the sound, cycle %.0f",
			 (double)shared->cpu_ns_max * 1e-9, frame / shared->env.sample_rate_hz,
			 __builtin_floor(frame * shared->env.cycles_per_frame));
}

int run_count_cpu(struct run *run, uint64_t cpu_ns, uint64_t block, struct error *err)
{
	struct run_shared *shared = run->spec.shared;
	uint64_t before = atomic_fetch_add_explicit(&shared->cpu_ns, cpu_ns, memory_order_relaxed);
	return shared->cpu_ns_max > 0 && before + cpu_ns > shared->cpu_ns_max ? fail_cpu(run, block, err) : 0;
}

static int tile_serially(struct run *run, uint32_t stage, uint64_t block, struct error *err)
{
	unsigned n_parts = run_tile_parts(run, stage, block);
	for (unsigned part = 0; part < n_parts; part++)
		if (run_tile_part(run, stage, block, part, err))
			return -1;
	return run_tile_finish(run, stage, block, err);
}

/* Time of this call that nobody has counted yet is looked at now and then: a note may take longer than a job may. */
static int check_serial(struct run *run, uint64_t block, uint64_t start_ns, struct error *err)
{
	struct run_shared *shared = run->spec.shared;
	if (run_is_canceled(shared))
		return error_set(err, ERR_CANCELED, "the render was canceled");
	if (shared->cpu_ns_max == 0 || block % SERIAL_BLOCKS_PER_CHECK != 0)
		return 0;
	uint64_t used_ns = atomic_load_explicit(&shared->cpu_ns, memory_order_relaxed);
	return used_ns + clock_thread_cpu_ns() - start_ns > shared->cpu_ns_max ? fail_cpu(run, block, err) : 0;
}

int run_serially(struct run *run, struct error *err)
{
	uint64_t start_ns = run->spec.shared->cpu_ns_max > 0 ? clock_thread_cpu_ns() : 0;
	for (uint64_t block = 0; block < run->n_blocks; block++)
		for (uint32_t stage = 0; stage < run->spec.plan->n_stages; stage++)
			if ((stage == 0 && check_serial(run, block, start_ns, err)) ||
			    tile_serially(run, stage, block, err))
				return -1;
	return 0;
}

void run_pause(struct run *run)
{
	atomic_store_explicit(&run->is_pausing, true, memory_order_relaxed);
}

/* --- Shared by the runs of a job -------------------------------------------------------------------------- */

void run_warn(struct run_shared *shared, const char *code, struct span where, const char *fmt, ...)
{
	char message[sizeof((struct diag *)0)->message];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&shared->warn_lock);
	diag_add(shared->diags, DIAG_WARNING, code, where, "%s", message);
	pthread_mutex_unlock(&shared->warn_lock);
}

int run_count_events(struct run_shared *shared, uint64_t n, int64_t cycle, struct span where, struct error *err)
{
	uint64_t before = atomic_fetch_add_explicit(&shared->n_events, n, memory_order_relaxed);
	if (before + n <= shared->events_max)
		return 0;
	return error_set_at(err, ERR_BUDGET, where,
			    "the render has more than %llu events, all patterns together, in cycle %lld",
			    (unsigned long long)shared->events_max, (long long)cycle);
}
