/* What becomes of the plan's outputs: the last part of a render.
 *
 *   outputs -> mix mode -> gain -> [spool] -> fades -> normalize -> limiter -> measurement -> dither -> encoders
 *
 * Usually a block goes all the way at once. With `normalize` the level is known only at the end, with an automatic tail
 * the length: then the mix (and the stems) go to a spool as floats, and from there through the rest, as often as it takes to
 * meet the target. Rendering twice would need no spool, but a pass over a spool costs a hundredth of a render and may be
 * repeated, which a loudness behind a limiter needs. Memory is the same for any length either way.
 *
 * A render of a window is that part of the whole, to the bit. What needs the whole for it, a level or a limiter, is given the
 * whole; else the frames before the window are not even mixed. */
#ifndef RENDER_ENGINE_MASTER_H
#define RENDER_ENGINE_MASTER_H

#include "base/error.h"
#include "base/job_control.h"
#include "render/engine/run.h"
#include "render/engine/saver.h"
#include "render/render.h"

struct master_config {
	const struct render_spec *spec;
	const struct plan *plan;
	const struct render_files *files;
	struct run_shared *shared;   /* for warnings */
	struct job_control *control; /* may be NULL */
	struct saver *saver;         /* may be NULL: no checkpoints */
	unsigned n_slots;            /* of the run: blocks that may be on their way at once */
	bool is_pipelined;           /* the plan is, as master_delivery() says (plan_pipeline()) */
	uint64_t main_frames;        /* without the tail */
	uint64_t n_frames;           /* with a tail of known length; with an automatic one its longest */
	uint64_t first_frame; /* of the window that becomes the files; end_frame is n_frames when there is none */
	uint64_t end_frame;
	uint64_t heard_from; /* blocks before it are delivered empty (run.h) */
	uint64_t run_frames; /* that are delivered; n_frames, or less when a window ends earlier */
};

struct master;

/* How blocks are handed on. is_kept_on_the_way: there are to be checkpoints. */
struct plan_delivery master_delivery(const struct render_spec *spec, bool is_kept_on_the_way);

/* Opens the files unless they have to wait. NULL on failure; all of them are aborted then. */
struct master *master_new(const struct master_config *config, struct error *err) WARN_UNUSED;

/* What a checkpoint has to know of the sound delivered so far; before that, what it must agree in. */
struct saver_sound master_sound(const struct master *m);

/* Takes over the frames that a checkpoint's spool has, as if they had been delivered: they go through everything behind the
 * mix once more. Before the first block. ERR_CANCELED when the job is. */
int master_resume(struct master *m, const struct saver_sound *sound, struct error *err) WARN_UNUSED;

/* A run_deliver with its run_deliver_parts; ctx is the master. Steps are called as the plan lets them run. Fails with
 * ERR_CANCELED and master_is_over() when an automatic tail has died away. */
int master_deliver(void *ctx, struct run *run, const struct run_step *step, struct error *err) WARN_UNUSED;
unsigned master_deliver_parts(const void *ctx, enum stage_kind kind);

/* The end was found before the last frame. */
bool master_is_over(const struct master *m);

/* After the last block: does what is left, finishes the files, the mix last, and fills the members of result that are
 * about them. On failure call master_abort(). */
int master_finish(struct master *m, struct render_result *result, struct error *err) WARN_UNUSED;

/* Aborts the files that are open and not finished. */
void master_abort(struct master *m);
void master_free(struct master *m);

#endif
