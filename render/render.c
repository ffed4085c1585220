#include "render/render.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "render/engine.h"
#include "render/engine/song.h"
#include "render/io/samples.h"
#include "render/lang/lang.h"

#define JOB_MEMORY_BYTES_DEFAULT ((size_t)512 << 20)
#define JOB_DURATION_S_DEFAULT 3600.0

struct render_engine *render_engine_new(const struct render_config *config, struct error *err)
{
	struct render_engine *e = calloc(1, sizeof *e);
	unsigned n_threads = config->n_threads ? config->n_threads : cpu_allowed_count();
	if (!e) {
		error_set(err, ERR_NO_MEMORY, "no memory for the render engine");
		return NULL;
	}
	e->block_frames = config->block_frames;
	e->job_memory_bytes = config->job_memory_bytes ? config->job_memory_bytes : JOB_MEMORY_BYTES_DEFAULT;
	e->job_duration_s = config->job_duration_s > 0 ? config->job_duration_s : JOB_DURATION_S_DEFAULT;
	e->bank = sample_bank_open(config->samples_dir, err);
	if (!e->bank)
		goto err_alloc;
	e->pool = pool_new(n_threads, err);
	if (!e->pool)
		goto err_bank;
	return e;
err_bank:
	sample_bank_free(e->bank);
err_alloc:
	free(e);
	return NULL;
}

void render_engine_free(struct render_engine *engine)
{
	if (!engine)
		return;
	pool_free(engine->pool);
	sample_bank_free(engine->bank);
	free(engine);
}

unsigned render_engine_threads(const struct render_engine *engine)
{
	return pool_workers(engine->pool);
}

const struct program *render_compile(struct arena *a, const struct render_engine *engine, const char *source,
				     size_t len, struct diag_list *diags, struct error *err)
{
	if (len <= RENDER_SOURCE_BYTES_MAX) {
		const struct program *p = compile(a, source, len, engine ? engine->bank : NULL, diags, err);
		diag_sort(diags);
		return p;
	}
	error_set(err, ERR_TOO_LARGE, "'source' must be at most %u bytes, found %zu", RENDER_SOURCE_BYTES_MAX, len);
	return NULL;
}

int render_frames(const struct render_engine *engine, const struct render_spec *spec, const struct graph *graph,
		  uint64_t *n_frames, struct error *err)
{
	double max_s = engine ? engine->job_duration_s : JOB_DURATION_S_DEFAULT;
	double seconds = spec->cycles > 0 ? spec->cycles / rational_to_double(graph->cps) : spec->duration_s;
	if (!(seconds <= max_s))
		return error_set(err, ERR_TOO_LARGE, "a render may last %g s, this one would last %g s", max_s,
				 seconds);
	*n_frames = (uint64_t)(seconds * spec->sample_rate_hz + 0.5);
	if (*n_frames == 0)
		return error_set(err, ERR_INVALID, "the render would be shorter than one frame");
	return 0;
}

/* Compiled into a, with its length. NULL on failure. */
static const struct program *spec_compile(struct arena *a, const struct render_engine *engine,
					  const struct render_spec *spec, uint64_t *n_frames, struct diag_list *diags,
					  struct error *err)
{
	if (render_spec_check(spec, err))
		return NULL;
	const struct program *p = render_compile(a, engine, spec->source, spec->source_len, diags, err);
	return p && render_frames(engine, spec, p->graph, n_frames, err) == 0 ? p : NULL;
}

int render_run(struct render_engine *engine, const struct render_spec *spec, struct job_control *control,
	       struct sink *sink, struct diag_list *diags, struct render_result *result, struct error *err)
{
	struct arena arena;
	uint64_t n_frames;
	int rc = -1;

	*result = (struct render_result){ 0 };
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = spec_compile(&arena, engine, spec, &n_frames, diags, err);
	if (p) {
		struct song song = {
			.graph = p->graph,
			.spec = spec,
			.n_frames = n_frames,
			.bank = engine->bank,
			.block_frames = engine->block_frames,
			.memory_bytes = engine->job_memory_bytes,
			.control = control,
		};
		rc = song_render(&song, engine->pool, sink, diags, result, err);
		if (rc && err && err->where.end > err->where.start)
			diag_add(diags, DIAG_ERROR, "render-failed", err->where, "%s", err->message);
	} else {
		sink_abort(sink);
	}
	arena_fini(&arena);
	diag_sort(diags);
	return rc;
}

int render_check(const struct render_engine *engine, const char *source, size_t len, struct diag_list *diags,
		 struct error *err)
{
	struct arena arena;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = render_compile(&arena, engine, source, len, diags, err);
	arena_fini(&arena);
	return p ? 0 : -1;
}

int render_format(const char *source, size_t len, struct buf *out, struct diag_list *diags, struct error *err)
{
	if (len <= RENDER_SOURCE_BYTES_MAX)
		return lang_format(source, len, out, diags, err);
	return error_set(err, ERR_TOO_LARGE, "'source' must be at most %u bytes, found %zu", RENDER_SOURCE_BYTES_MAX,
			 len);
}

int render_length(const struct render_engine *engine, const struct render_spec *spec, uint64_t *n_frames,
		  struct diag_list *diags, struct error *err)
{
	struct arena arena;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = spec_compile(&arena, engine, spec, n_frames, diags, err);
	arena_fini(&arena);
	return p ? 0 : -1;
}
