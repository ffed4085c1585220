#include "render/engine/rest.h"

#include <string.h>

#include "base/hash.h"
#include "render/engine/score.h"
#include "render/engine/track.h"

struct rest_head {
	uint64_t frame;
	uint64_t n_events;
	uint64_t shape; /* of the plan */
};

/* So that a state never goes to another kernel, should two plans of one program ever differ. */
static uint64_t shape_of(const struct run *run)
{
	const struct plan *p = run->spec.plan;
	uint64_t h = hash64_pair(p->n_nodes, p->n_events);

	for (uint32_t i = 0; i < p->n_nodes; i++) {
		const struct plan_node *n = &p->nodes[i];
		h = hash64_pair(h, hash64_pair((uint64_t)n->kind, run->kernels[i].state_bytes));
		h = hash64_pair(h, hash64_pair(n->n_kernels, n->n_ch));
	}
	return h;
}

static int kernel_save(const struct run *run, uint32_t node, struct buf *out)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	const struct kernel *k = &run->kernels[node];
	uint8_t has_warned = k->has_warned;

	if (n->kind == GRAPH_CONTROL)
		return track_save(k->track, out);
	if (n->kind != GRAPH_NODE)
		return 0;
	for (unsigned i = 0; i < n->n_kernels; i++)
		if (buf_append(out, k->state[i], k->state_bytes) ||
		    buf_append(out, k->acc[i], n->def->n_acc * sizeof *k->acc[i]))
			return -1;
	return buf_append(out, k->before, sizeof k->before) || buf_append(out, &has_warned, sizeof has_warned);
}

int rest_save(const struct run *run, struct buf *out)
{
	struct rest_head head = {
		.frame = run->first_block * run->spec.shared->block_frames,
		.n_events = atomic_load_explicit(&run->spec.shared->n_events, memory_order_relaxed),
		.shape = shape_of(run),
	};

	if (buf_append(out, &head, sizeof head))
		return -1;
	for (uint32_t i = 0; i < run->spec.plan->n_nodes; i++)
		if (kernel_save(run, i, out))
			return -1;
	for (uint32_t i = 0; i < run->spec.plan->n_events; i++)
		if (score_save(run->scores[i], out))
			return -1;
	return 0;
}

static int kernel_load(struct run *run, uint32_t node, struct blob *in, struct error *err)
{
	const struct plan_node *n = &run->spec.plan->nodes[node];
	struct kernel *k = &run->kernels[node];
	uint8_t has_warned;

	if (n->kind == GRAPH_CONTROL)
		return track_load(k->track, in, err);
	if (n->kind != GRAPH_NODE)
		return 0;
	for (unsigned i = 0; i < n->n_kernels; i++)
		if (blob_take(in, k->state[i], k->state_bytes, err) ||
		    blob_take(in, k->acc[i], n->def->n_acc * sizeof *k->acc[i], err))
			return -1;
	if (blob_take(in, k->before, sizeof k->before, err) || blob_take(in, &has_warned, sizeof has_warned, err))
		return -1;
	k->has_warned = has_warned;
	return 0;
}

int rest_load(struct run *run, struct blob *in, struct error *err)
{
	struct run_shared *shared = run->spec.shared;
	struct rest_head head;

	if (blob_take(in, &head, sizeof head, err))
		return -1;
	if (head.shape != shape_of(run) || head.frame % shared->block_frames != 0 || head.frame > run->spec.n_frames)
		return error_set(err, ERR_CORRUPT, "a checkpoint is of another plan");
	run->first_block = head.frame / shared->block_frames;
	for (uint32_t i = 0; i < run->spec.plan->n_nodes; i++)
		if (kernel_load(run, i, in, err))
			return -1;
	for (uint32_t i = 0; i < run->spec.plan->n_events; i++)
		if (score_load(run->scores[i], in, err))
			return -1;
	/* What was asked for again has been counted before. */
	atomic_store_explicit(&shared->n_events, head.n_events, memory_order_relaxed);
	return 0;
}
