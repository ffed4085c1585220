#include "render/engine/song.h"

#include "base/clock.h"
#include "base/log.h"
#include "render/engine/limiter.h"
#include "render/engine/master.h"
#include "render/graph/plan.h"

#define EVENTS_MAX 20000000u /* haps and cycles of all sources: minutes of work at a microsecond each */
#define PLAN_BYTES_MAX ((size_t)256 << 20)

struct node_env song_env(const struct render_spec *spec, const struct graph *graph)
{
	double cps = rational_to_double(graph->cps);
	return (struct node_env){
		.sample_rate_hz = spec->sample_rate_hz,
		.cps = cps,
		.cycles_per_frame = cps / spec->sample_rate_hz,
		.seed = spec->seed,
	};
}

/* Of the pool's, how many may be at this job at a time. */
static unsigned workers_for(const struct song *song, const struct pool *pool)
{
	unsigned n = pool_workers(pool), max = song->spec->threads;
	return max == 0 || max > n ? n : max;
}

/* A level, the end of a tail and what a limiter did before depend on what lies before the window; a limiter also looks a little
 * past its end. */
struct song_part song_part(const struct song *song)
{
	const struct render_spec *spec = song->spec;
	struct song_part part = { .n_frames = song->n_frames };

	if (render_spec_needs_spool(spec) || song->end_frame == 0)
		return part;
	part.n_frames = song->end_frame;
	if (spec->has_limiter)
		part.n_frames += limiter_latency(spec->sample_rate_hz);
	else
		part.heard_from = song->first_frame / BLOCK_FRAMES_MAX * BLOCK_FRAMES_MAX;
	if (part.n_frames > song->n_frames)
		part.n_frames = song->n_frames;
	return part;
}

struct tuning song_tuning(const struct song *song, const struct plan *plan, unsigned n_workers)
{
	struct tune_machine machine = tune_machine();
	struct tune_job job = {
		.n_workers = n_workers,
		.n_frames = song_part(song).n_frames,
		.frame_bytes = run_slot_bytes(plan, QUANTUM_FRAMES) / QUANTUM_FRAMES + 1,
		.memory_bytes = song->memory_bytes / 4,
		.block_frames = song->spec->block_frames ? song->spec->block_frames : song->block_frames,
	};
	struct tuning t = tune(&machine, &job);

	t.is_pipelined |= song->is_pipelined;
	return t;
}

/* --- The run ---------------------------------------------------------------------------------------------- */

/* What the steps from plan to files share. */
struct performance {
	const struct song *song;
	const struct plan *plan;
	struct run_shared *shared;
	struct pool *pool;
	struct saver saver;
	struct master *master;
	struct tuning tuning;
	unsigned max_workers;
	uint64_t cpu_ns;
};

static struct run *make_run(struct performance *p, struct error *err)
{
	struct song_part part = song_part(p->song);
	struct run_spec spec = {
		.plan = p->plan,
		.shared = p->shared,
		.pitch = PITCH_NONE,
		.n_frames = part.n_frames,
		.heard_from = part.heard_from,
		.n_slots = p->tuning.n_slots,
		.deliver = master_deliver,
		.deliver_parts = master_deliver_parts,
		.deliver_ctx = p->master,
	};
	return run_new(&spec, err);
}

/* Instead of one that a checkpoint left unusable. */
static struct run *make_run_afresh(struct performance *p, const struct error *why, struct error *err)
{
	log_event(LOG_WARN, "a checkpoint cannot be used; the render starts afresh", "error", why->message, NULL);
	if (checkpoint_restart(p->saver.checkpoint, err))
		return NULL;
	atomic_store_explicit(&p->shared->n_events, 0, memory_order_relaxed);
	return make_run(p, err);
}

/* A run at the beginning, or where the checkpoint stands. NULL with the error. */
static struct run *make_run_to_play(struct performance *p, struct error *err)
{
	struct diag_list before = *p->shared->diags;
	struct saver_sound sound = master_sound(p->master);
	struct error why = ERROR_INIT;
	struct run *run = make_run(p, err);
	int rc = run ? saver_load(&p->saver, run, &sound, p->shared->diags, &why) : 0;

	if (rc < 0) {
		run_free(run);
		*p->shared->diags = before;
		return make_run_afresh(p, &why, err);
	}
	if (rc == 1 && master_resume(p->master, &sound, err)) {
		run_free(run);
		return NULL;
	}
	return run;
}

static void save(struct performance *p, const struct run *run)
{
	struct saver_sound sound = master_sound(p->master);

	sound.is_run_over = !run;
	saver_save(&p->saver, run, &sound, p->shared->diags);
}

/* All blocks, with a rest now and then. */
static int play_run(struct performance *p, struct run *run, struct error *err)
{
	while (run->first_block < run->n_blocks && !master_is_over(p->master)) {
		uint64_t cpu_ns = 0;
		int rc = pool_run(p->pool, run, p->max_workers, p->song->trace, &cpu_ns, err);
		p->cpu_ns += cpu_ns;
		/* The end of an automatic tail stops the run like a failure. */
		if (master_is_over(p->master))
			return 0;
		if (rc)
			return -1;
		if (run->first_block == run->n_blocks)
			break;
		save(p, run);
		if (saver_is_suspended(&p->saver))
			return error_set(err, ERR_CANCELED, "laid aside");
		atomic_store_explicit(&run->is_pausing, false, memory_order_relaxed);
	}
	return 0;
}

static int play(struct performance *p, struct error *err)
{
	struct run *run = make_run_to_play(p, err);
	if (!run)
		return -1;
	int rc = play_run(p, run, err);
	run_free(run);
	return rc;
}

/* --- The files -------------------------------------------------------------------------------------------- */

static int finish(struct performance *p, struct render_result *result, struct error *err)
{
	int rc = master_finish(p->master, result, err);

	if (rc && saver_is_suspended(&p->saver))
		save(p, NULL);
	return rc;
}

/* Everything from the plan to the files, which are finished or aborted. */
static int perform(struct performance *p, const struct render_files *files, struct render_result *result,
		   struct error *err)
{
	const struct song *song = p->song;
	struct song_part part = song_part(song);
	struct master_config config = {
		.spec = song->spec,
		.plan = p->plan,
		.files = files,
		.shared = p->shared,
		.control = song->control,
		.saver = &p->saver,
		.n_slots = p->tuning.n_slots,
		.is_pipelined = p->tuning.is_pipelined,
		.main_frames = song->main_frames ? song->main_frames : song->n_frames,
		.n_frames = song->n_frames,
		.first_frame = song->first_frame,
		.end_frame = song->end_frame ? song->end_frame : song->n_frames,
		.heard_from = part.heard_from,
		.run_frames = part.n_frames,
	};
	int rc;

	p->master = master_new(&config, err);
	if (!p->master)
		return -1;
	rc = play(p, err);
	if (rc == 0)
		rc = finish(p, result, err);
	result->cpu_s = (double)p->cpu_ns * 1e-9;
	if (rc)
		master_abort(p->master);
	master_free(p->master);
	return rc;
}

static struct checkpoint *open_checkpoint(const struct song *song, const struct render_files *files)
{
	struct error err = ERROR_INIT;
	struct checkpoint *found = NULL;

	if (!files->open_checkpoint || song->checkpoint_interval_s <= 0)
		return NULL;
	if (files->open_checkpoint(files->ctx, &found, &err))
		log_event(LOG_WARN, "a render keeps no checkpoint", "error", err.message, NULL);
	return found;
}

/* With the output in as many stages as the workers need. */
static int pipeline(struct performance *p, struct arena *arena, struct error *err)
{
	struct plan_delivery delivery = master_delivery(p->song->spec, p->saver.checkpoint);

	if (p->tuning.is_pipelined)
		p->plan = plan_pipeline(arena, p->plan, &delivery);
	return p->plan ? 0 : error_set(err, ERR_TOO_LARGE, "the program is too large: no memory left for its plan");
}

static int plan_render(const struct plan *plan, struct arena *arena, struct run_shared *shared, const struct song *song,
		       struct pool *pool, const struct render_files *files, struct render_result *result,
		       struct error *err)
{
	struct performance p = {
		.song = song,
		.plan = plan,
		.shared = shared,
		.pool = pool,
		.max_workers = workers_for(song, pool),
	};
	int rc;

	p.tuning = song_tuning(song, plan, p.max_workers);
	shared->block_frames = p.tuning.block_frames;
	saver_init(&p.saver, open_checkpoint(song, files), song->checkpoint_interval_s, song->checkpoint_cost_max,
		   song->control);
	rc = pipeline(&p, arena, err);
	if (rc)
		sink_abort(files->mix);
	else
		rc = perform(&p, files, result, err);
	saver_fini(&p.saver, rc == 0 || !saver_is_suspended(&p.saver));
	return rc;
}

int song_render(const struct song *song, struct pool *pool, struct sink *sink, struct diag_list *diags,
		struct render_result *result, struct error *err)
{
	const struct render_spec *spec = song->spec;
	uint64_t start_ns = clock_monotonic_ns();
	struct run_shared shared = {
		.env = song_env(spec, song->graph),
		.tempo = { .sample_rate_hz = spec->sample_rate_hz, .cps = song->graph->cps },
		.bank = song->bank,
		.memory_cap_bytes = song->memory_bytes / 2,
		.events_max = EVENTS_MAX,
		.cpu_ns_max = (uint64_t)(spec->cpu_s_max * 1e9),
		.tail_frame = song->main_frames < song->n_frames ? song->main_frames : 0,
		.cancel = song->control ? &song->control->cancel : NULL,
		.diags = diags,
	};
	struct render_files files = song->files ? *song->files : (struct render_files){ .ctx = NULL };
	struct arena arena;
	int rc = -1;

	files.mix = sink;
	*result = (struct render_result){ 0 };
	if (song->control)
		atomic_store_explicit(&song->control->frames_total, song_part(song).n_frames, memory_order_relaxed);
	arena_init(&arena, PLAN_BYTES_MAX);
	pthread_mutex_init(&shared.warn_lock, NULL);
	const struct plan *plan =
		run_is_canceled(&shared) ? NULL : plan_build(&arena, song->graph, &shared.env, diags, err);
	if (plan) {
		rc = plan_render(plan, &arena, &shared, song, pool, &files, result, err);
	} else {
		if (run_is_canceled(&shared))
			error_set(err, ERR_CANCELED, "the render was canceled");
		sink_abort(sink);
	}
	pthread_mutex_destroy(&shared.warn_lock);
	arena_fini(&arena);
	result->wall_s = (double)(clock_monotonic_ns() - start_ns) * 1e-9;
	return rc;
}
