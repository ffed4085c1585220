#include "render/engine/song.h"

#include "base/clock.h"
#include "render/engine/mix.h"
#include "render/graph/plan.h"
#include "render/io/encode.h"

/* The block: of 128 .. 4096, the shortest at which handing out tiles is lost in the noise of examples/m.ph. */
enum { BLOCK_FRAMES_DEFAULT = 1024, SLOTS_MIN = 4 };

#define EVENTS_MAX 20000000u /* haps and cycles of all sources: minutes of work at a microsecond each */
#define PLAN_BYTES_MAX ((size_t)256 << 20)

/* What the output tile needs. */
struct output {
	const struct song *song;
	struct encoder *encoder;
	struct run_shared *shared;
	bool has_warned;
};

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

static void output_finish(struct output *o, sample *x, size_t n)
{
	if (mix_finish(x, n, (sample)o->song->spec->gain) || o->has_warned)
		return;
	o->has_warned = true;
	run_warn(o->shared, "not-finite", (struct span){ 0, 0 }, "the mix became infinite; those samples are silent");
}

/* The tile of STAGE_OUTPUT, block after block. */
static int output_deliver(void *ctx, struct run *run, uint64_t block, size_t n_frames, struct error *err)
{
	struct output *o = ctx;
	struct job_control *control = o->song->control;
	_Alignas(64) sample left[BLOCK_FRAMES_MAX], right[BLOCK_FRAMES_MAX];
	const sample *const ch[] = { left, right };

	mix_outputs(run, block, left, right, n_frames);
	if (o->song->spec->channels == 1)
		mix_down(left, right, n_frames);
	output_finish(o, left, n_frames);
	if (o->song->spec->channels == 2)
		output_finish(o, right, n_frames);
	if (encoder_write(o->encoder, ch, n_frames, err))
		return -1;
	if (control)
		atomic_store_explicit(&control->frames_done, block * o->shared->block_frames + n_frames,
				      memory_order_relaxed);
	return 0;
}

/* Enough blocks that every worker has one while others wait for an input, few enough for the memory cap. */
static unsigned slots_for(const struct plan *plan, const struct run_shared *shared, unsigned n_workers)
{
	size_t fit = shared->memory_cap_bytes / 2 / run_slot_bytes(plan, shared->block_frames);
	size_t want = 2 * (size_t)n_workers + 2;
	if (want < SLOTS_MIN)
		want = SLOTS_MIN;
	if (want > fit)
		want = fit;
	return want > 0 ? (unsigned)want : 1;
}

static int plan_run(const struct plan *plan, struct output *o, struct pool *pool, struct render_result *result,
		    struct error *err)
{
	unsigned n_workers = pool_workers(pool), max = o->song->spec->threads;
	uint64_t cpu_ns;
	if (max == 0 || max > n_workers)
		max = n_workers;
	struct run_spec spec = {
		.plan = plan,
		.shared = o->shared,
		.pitch = PITCH_NONE,
		.n_frames = o->song->n_frames,
		.n_slots = slots_for(plan, o->shared, max),
		.deliver = output_deliver,
		.deliver_ctx = o,
	};
	struct run *run = run_new(&spec, err);
	if (!run)
		return -1;
	int rc = pool_run(pool, run, max, &cpu_ns, err);
	run_free(run);
	result->cpu_s = (double)cpu_ns * 1e-9;
	return rc;
}

static struct encoder *encoder_for(const struct song *song, struct sink *sink, struct error *err)
{
	const struct render_spec *s = song->spec;
	struct encode_spec spec = {
		.format = s->format,
		.subtype = s->subtype,
		.sample_rate_hz = s->sample_rate_hz,
		.channels = s->channels,
		.frames_total = song->n_frames,
		.seed = s->seed,
	};
	return encoder_open(&spec, sink, err);
}

/* Opens, fills and closes the encoder; the sink is finished or aborted. */
static int plan_encode(const struct plan *plan, struct run_shared *shared, const struct song *song, struct pool *pool,
		       struct sink *sink, struct render_result *result, struct error *err)
{
	struct output o = { .song = song, .shared = shared };
	struct encode_result encoded;

	o.encoder = encoder_for(song, sink, err);
	if (!o.encoder) {
		sink_abort(sink);
		return -1;
	}
	if (plan_run(plan, &o, pool, result, err)) {
		encoder_abort(o.encoder);
		return -1;
	}
	if (encoder_close(o.encoder, &encoded, err))
		return -1;
	result->frames = song->n_frames;
	result->bytes = encoded.bytes;
	result->peak = encoded.peak;
	result->clipped_frames = encoded.clipped_frames;
	for (unsigned i = 0; i < SHA256_BYTES; i++)
		result->sha256[i] = encoded.sha256[i];
	return 0;
}

int song_render(const struct song *song, struct pool *pool, struct sink *sink, struct diag_list *diags,
		struct render_result *result, struct error *err)
{
	const struct render_spec *spec = song->spec;
	uint64_t start_ns = clock_monotonic_ns();
	unsigned block = spec->block_frames ? spec->block_frames : song->block_frames;
	struct run_shared shared = {
		.env = song_env(spec, song->graph),
		.tempo = { .sample_rate_hz = spec->sample_rate_hz, .cps = song->graph->cps },
		.bank = song->bank,
		.block_frames = block ? block : BLOCK_FRAMES_DEFAULT,
		.memory_cap_bytes = song->memory_bytes / 2,
		.events_max = EVENTS_MAX,
		.cancel = song->control ? &song->control->cancel : NULL,
		.diags = diags,
	};
	struct arena arena;
	int rc = -1;

	*result = (struct render_result){ 0 };
	if (song->control)
		atomic_store_explicit(&song->control->frames_total, song->n_frames, memory_order_relaxed);
	arena_init(&arena, PLAN_BYTES_MAX);
	pthread_mutex_init(&shared.warn_lock, NULL);
	const struct plan *plan = plan_build(&arena, song->graph, &shared.env, diags, err);
	if (plan)
		rc = plan_encode(plan, &shared, song, pool, sink, result, err);
	else
		sink_abort(sink);
	pthread_mutex_destroy(&shared.warn_lock);
	arena_fini(&arena);
	result->wall_s = (double)(clock_monotonic_ns() - start_ns) * 1e-9;
	return rc;
}
