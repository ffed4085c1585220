#include "render/engine/song.h"

#include "base/clock.h"
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

struct tuning song_tuning(const struct song *song, const struct plan *plan, unsigned n_workers)
{
	struct tune_machine machine = tune_machine();
	struct tune_job job = {
		.n_workers = n_workers,
		.n_frames = song->n_frames,
		.frame_bytes = run_slot_bytes(plan, QUANTUM_FRAMES) / QUANTUM_FRAMES + 1,
		.memory_bytes = song->memory_bytes / 4,
		.block_frames = song->spec->block_frames ? song->spec->block_frames : song->block_frames,
	};
	return tune(&machine, &job);
}

static int plan_run(const struct plan *plan, const struct song *song, struct run_shared *shared, struct master *master,
		    struct pool *pool, struct render_result *result, struct error *err)
{
	unsigned max = workers_for(song, pool);
	uint64_t cpu_ns;
	struct run_spec spec = {
		.plan = plan,
		.shared = shared,
		.pitch = PITCH_NONE,
		.n_frames = song->n_frames,
		.n_slots = song_tuning(song, plan, max).n_slots,
		.deliver = master_deliver,
		.deliver_ctx = master,
	};
	struct run *run = run_new(&spec, err);
	if (!run)
		return -1;
	int rc = pool_run(pool, run, max, song->trace, &cpu_ns, err);
	run_free(run);
	result->cpu_s = (double)cpu_ns * 1e-9;
	/* The end of an automatic tail stops the run like a failure. */
	return master_is_over(master) ? 0 : rc;
}

/* Everything from the plan to the files, which are finished or aborted. */
static int plan_render(const struct plan *plan, struct run_shared *shared, const struct song *song, struct pool *pool,
		       const struct render_files *files, struct render_result *result, struct error *err)
{
	struct master_config config = {
		.spec = song->spec,
		.plan = plan,
		.files = files,
		.shared = shared,
		.control = song->control,
		.main_frames = song->main_frames ? song->main_frames : song->n_frames,
		.n_frames = song->n_frames,
	};
	struct master *master = master_new(&config, err);
	int rc;

	if (!master)
		return -1;
	rc = plan_run(plan, song, shared, master, pool, result, err);
	if (rc == 0)
		rc = master_finish(master, result, err);
	if (rc)
		master_abort(master);
	master_free(master);
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
		atomic_store_explicit(&song->control->frames_total, song->n_frames, memory_order_relaxed);
	arena_init(&arena, PLAN_BYTES_MAX);
	pthread_mutex_init(&shared.warn_lock, NULL);
	const struct plan *plan = plan_build(&arena, song->graph, &shared.env, diags, err);
	if (plan) {
		shared.block_frames = song_tuning(song, plan, workers_for(song, pool)).block_frames;
		rc = plan_render(plan, &shared, song, pool, &files, result, err);
	} else {
		sink_abort(sink);
	}
	pthread_mutex_destroy(&shared.warn_lock);
	arena_fini(&arena);
	result->wall_s = (double)(clock_monotonic_ns() - start_ns) * 1e-9;
	return rc;
}
