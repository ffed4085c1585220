/* When a render leaves a checkpoint, what is in it, and how a render goes on from one. See saver.c.
 *
 * A saver belongs to one job. saver_is_due() is called by the tile that delivers blocks, everything else by the thread that
 * called song_render(), while the run rests. */
#ifndef RENDER_ENGINE_SAVER_H
#define RENDER_ENGINE_SAVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/checkpoint.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/job_control.h"
#include "render/engine/run.h"

/* What is to be known of a render beside its run. */
struct saver_sound {
	uint64_t n_frames;     /* up to which the spool has what is heard */
	uint64_t n_audible;    /* master.c */
	uint32_t n_lines;      /* samples of a frame */
	uint32_t has_warned;   /* that the mix was not finite */
	uint32_t is_over;      /* an automatic tail has died away */
	uint32_t is_run_over;  /* no block is left to render */
	uint64_t frames_total; /* of the job: the longest it may become */
	uint64_t main_frames;
};

struct saver {
	struct checkpoint *checkpoint; /* NULL: there is no place for one */
	bool is_off;                   /* the render keeps none, or no more */
	const struct job_control *control;
	uint64_t interval_ns;
	double cost_max;            /* of the CPU time that a render takes; 0: any */
	uint64_t kept_ns;           /* taken by writing down frames for no other reason */
	uint64_t rest_ns;           /* that the last rest took, with the save */
	uint64_t start_ns, last_ns; /* of the render, of the last save */
	uint64_t due_ns;            /* when a rest was asked for */
	bool is_worth_it;           /* the render takes long enough */
	bool has_saved;
};

/* checkpoint and control may be NULL. */
void saver_init(struct saver *s, struct checkpoint *checkpoint, double interval_s, double cost_max,
		const struct job_control *control);

/* Waits for what is being saved. is_over: the job has ended one way or the other, so nothing is to be kept. */
void saver_fini(struct saver *s, bool is_over);

/* The render keeps no checkpoint from now on; the spool stays. */
void saver_give_up(struct saver *s);

/* Somebody asked for the render to be laid aside. */
bool saver_is_suspended(const struct saver *s);

/* How far a render is. */
struct saver_progress {
	uint64_t n_spooled; /* frames of frame_bytes each, of about n_total */
	size_t frame_bytes;
	uint64_t n_total;
	uint64_t cpu_ns; /* that the job has taken */
};

/* Is the render to pause now? When it turns out to be too short for checkpoints, or so fast that keeping its frames costs more
 * than is allowed, is_off is set from then on. */
bool saver_is_due(struct saver *s, const struct saver_progress *progress);

/* Saves the run, which rests (NULL: is_run_over), in the background. What cannot be saved costs the checkpoint only. */
void saver_save(struct saver *s, const struct run *run, const struct saver_sound *sound, const struct diag_list *diags);

/* Brings a new run to where the checkpoint stands. 1: done, with diags and all members of *sound, of which n_lines,
 * frames_total and main_frames were to be there; 0: there is nothing to go on from, and neither run nor diags was
 * touched; -1: it failed on the way (a run that cannot be used any more). */
int saver_load(struct saver *s, struct run *run, struct saver_sound *sound, struct diag_list *diags,
	       struct error *err) WARN_UNUSED;

#endif
