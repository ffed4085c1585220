/* A run: a plan brought to life, with the memory of its kernels and the buffers of a few blocks.
 *
 * The song of a job is one run, whose tiles schedule.c hands to many workers; each note of an instrument is
 * another, small one, computed by the worker that needs it (note.c). A run does not know who runs its tiles. The
 * caller of the run_tile_* functions provides the order that plan.h describes: inputs first, carrying stages
 * block after block, and a slot is only reused when its block is complete. With that, no two threads ever touch
 * the same memory at once, and there is no lock in here but the one around warnings.
 *
 * Block b lives in slot b % n_slots: one buffer per channel of every signal, the voices of every event source. */
#ifndef RENDER_ENGINE_RUN_H
#define RENDER_ENGINE_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "render/dsp/node.h"
#include "render/engine/tempo.h"
#include "render/graph/plan.h"

struct run;
struct sample_bank;
struct score;
struct track;

/* What all runs of a job share. Constant during the job, but for what says otherwise. */
struct run_shared {
	struct node_env env;
	struct tempo tempo;
	struct sample_bank *bank; /* NULL: no samples */
	unsigned block_frames;
	size_t memory_cap_bytes;    /* of each of: the song's run, all notes; half of it is for notes kept unused */
	uint64_t events_max;        /* events and cycles that a job may take */
	uint64_t tail_frame;        /* of the song: from here on no event begins and no pattern moves; 0: never */
	_Atomic uint64_t n_events;  /* relaxed: a budget, no data hangs on it */
	_Atomic size_t note_bytes;  /* relaxed: audio of all notes kept */
	uint64_t cpu_ns_max;        /* CPU time that a job may take; 0: any */
	_Atomic uint64_t cpu_ns;    /* relaxed: taken, as far as workers have told */
	const _Atomic bool *cancel; /* relaxed; may be NULL */
	pthread_mutex_t warn_lock;  /* guards diags */
	struct diag_list *diags;
};

/* How a note transposes an instrument. The song has ratio 1 and no note. */
struct pitch {
	double free_hz;    /* for pitches that nobody gave */
	double ratio;      /* for all others */
	double replace_hz; /* > 0: patterned and modulated pitches become this instead of ratio times themselves */
};

#define PITCH_NONE ((struct pitch){ .free_hz = 0, .ratio = 1 })

struct kernel_input {
	sample value;
	bool is_signal;
	sample scale;         /* of a signal */
	size_t scaled_offset; /* scale != 1: its scaled copy's place in a slot, for both channels */
};

/* A plan node in a run. Kernel k of a mono function computes channel k. */
struct kernel {
	struct kernel_input *inputs;
	void *state[PLAN_CHANNELS_MAX]; /* carried from block to block; read only for TIME_PURE */
	size_t state_bytes;
	uint64_t *acc[PLAN_CHANNELS_MAX];       /* phase: advance over one frame when it is closed, else carried */
	size_t phase_offset[PLAN_CHANNELS_MAX]; /* in a slot: the phase at the start of the block */
	size_t out_offset[PLAN_CHANNELS_MAX];   /* in a slot: the signal */
	sample before[PLAN_CHANNELS_MAX];       /* in loops: the last sample, what a back edge sees */
	struct track *track;                    /* GRAPH_CONTROL */
	_Atomic bool has_warned;                /* relaxed: that it made NaN or Inf */
};

/* A step of handing on a block: frames [block * block_frames, + n_frames) of the run; fewer than block_frames at the end. */
struct run_step {
	enum stage_kind kind; /* STAGE_OUTPUT, or one of those in front of it in a pipelined plan */
	uint64_t block;
	unsigned part;
	size_t n_frames;
};

typedef int (*run_deliver)(void *ctx, struct run *run, const struct run_step *step, struct error *err);
typedef unsigned (*run_deliver_parts)(const void *ctx, enum stage_kind kind);

struct run_spec {
	const struct plan *plan;
	struct run_shared *shared;
	struct pitch pitch;
	uint64_t song_frame; /* of the job, at this run's frame 0: the clock of patterns */
	uint64_t n_frames;   /* > 0 */
	uint64_t heard_from; /* nobody hears the frames before: only what lasts is computed there. A multiple of
			      * BLOCK_FRAMES_MAX */
	unsigned n_slots;
	unsigned depth; /* 0: the song; 1: a note of it ... */
	run_deliver deliver;
	run_deliver_parts deliver_parts; /* of a step, at least 1; NULL: 1 of each */
	void *deliver_ctx;
};

struct run {
	struct run_spec spec;
	struct arena arena;
	uint64_t n_blocks;
	uint64_t first_block;    /* that is not done; while the pool runs the run, the one it began with */
	_Atomic bool is_pausing; /* relaxed: no block is admitted once the run stands where it may rest */
	struct kernel *kernels;  /* [plan n_nodes] */
	struct score **scores;   /* [plan n_events] */
	char *slots;             /* [n_slots][slot_bytes], 64-byte aligned */
	size_t slot_bytes;
};

/* Bytes that each further slot of a run of this plan takes, about. */
size_t run_slot_bytes(const struct plan *plan, unsigned block_frames);

/* Allocates everything that does not depend on the events. NULL with ERR_TOO_LARGE or ERR_NO_MEMORY. */
struct run *run_new(const struct run_spec *spec, struct error *err) WARN_UNUSED;
void run_free(struct run *run);

/* Parts of a tile, which may run at the same time; 0: there is nothing to do. Known once the inputs of the tile are done. */
unsigned run_tile_parts(const struct run *run, uint32_t stage, uint64_t block);

/* Computes one part. -1 fails the whole job. */
int run_tile_part(struct run *run, uint32_t stage, uint64_t block, unsigned part, struct error *err) WARN_UNUSED;

/* After all parts. */
int run_tile_finish(struct run *run, uint32_t stage, uint64_t block, struct error *err) WARN_UNUSED;

/* All blocks in order on the calling thread, with one slot. ERR_CANCELED when the job was. */
int run_serially(struct run *run, struct error *err) WARN_UNUSED;

/* Lets a run that the pool runs come to rest as soon as it can: after the blocks in flight and up to
 * the next multiple of BLOCK_FRAMES_MAX frames, where a run with blocks of any size can take over. From deliver(). */
void run_pause(struct run *run);

/* Is there nothing to do for that tile? Its buffers hold nothing then, and nothing that runs reads them. */
static inline bool run_is_idle(const struct run *run, uint32_t stage, uint64_t block)
{
	const struct plan_stage *st = &run->spec.plan->stages[stage];
	return block * run->spec.shared->block_frames < run->spec.heard_from && !st->is_lasting && st->kind < STAGE_MIX;
}

/* The buffer of a signal in the slot of a block. A mono signal is both channels. */
sample *run_signal(const struct run *run, uint32_t node, unsigned ch, uint64_t block);

/* Adds a warning to the job's list. Any worker. */
void run_warn(struct run_shared *shared, const char *code, struct span where, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Anywhere in a long tile; what it leaves undone is of no interest to anybody, since its job fails at the next look. */
static inline bool run_is_canceled(const struct run_shared *shared)
{
	return shared->cancel && atomic_load_explicit(shared->cancel, memory_order_relaxed);
}

/* Counts CPU time against the job's budget; -1 with ERR_BUDGET, which names the place in the sound: block of the run. */
int run_count_cpu(struct run *run, uint64_t cpu_ns, uint64_t block, struct error *err) WARN_UNUSED;

/* Counts n events of a cycle of a pattern against the job's budget; -1 with ERR_BUDGET. */
int run_count_events(struct run_shared *shared, uint64_t n, int64_t cycle, struct span where,
		     struct error *err) WARN_UNUSED;

#endif
