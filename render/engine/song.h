/* A graph to an audio file through the pool: the last step of a render, and all of it for tests that build their
 * graphs by hand. */
#ifndef RENDER_ENGINE_SONG_H
#define RENDER_ENGINE_SONG_H

#include "base/diag.h"
#include "base/error.h"
#include "base/sink.h"
#include "render/engine/pool.h"
#include "render/engine/tune.h"
#include "render/graph/graph.h"
#include "render/render.h"

struct sample_bank;

struct song {
	const struct graph *graph;
	const struct render_spec *spec;   /* source and length are not read */
	uint64_t n_frames;                /* > 0, the tail included; its longest when it is automatic */
	uint64_t main_frames;             /* without the tail; 0: there is none */
	uint64_t first_frame, end_frame;  /* the window of it that becomes the files; end 0: to the last frame */
	const struct render_files *files; /* for stems and spool; its mix is not read. NULL: neither */
	struct sample_bank *bank;         /* NULL: no samples */
	unsigned block_frames;            /* when the spec names none */
	size_t memory_bytes;              /* cap of the job */
	double checkpoint_interval_s;     /* of files->open_checkpoint; 0: none */
	double checkpoint_cost_max;       /* as a share of CPU time; 0: any */
	struct job_control *control;      /* may be NULL */
	struct pool_trace *trace;         /* NULL: nobody asks */
	bool is_pipelined;                /* in any case (plan_pipeline()); for benchmarks */
};

/* Plans and renders into the sink and finishes or aborts it. As render_run(). */
int song_render(const struct song *song, struct pool *pool, struct sink *sink, struct diag_list *diags,
		struct render_result *result, struct error *err) WARN_UNUSED;

/* What of a song has to be rendered for its window. */
struct song_part {
	uint64_t n_frames;   /* from 0 on */
	uint64_t heard_from; /* run.h */
};
struct song_part song_part(const struct song *song);

/* How a run of the plan with n_frames is cut for so many workers of this machine. */
struct tuning song_tuning(const struct song *song, const struct plan *plan, unsigned n_workers);

/* Constants of a job's kernels. */
struct node_env song_env(const struct render_spec *spec, const struct graph *graph);

#endif
