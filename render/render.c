#include "render/render.h"

#include <stdlib.h>
#include <string.h>

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
	e->checkpoint_interval_s = config->checkpoint_interval_s;
	e->checkpoint_cost_max = config->checkpoint_cost_max;
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

const struct program *render_compile(struct arena *a, const struct render_engine *engine, struct sample_set *samples,
				     const char *source, size_t len, struct diag_list *diags, struct error *err)
{
	struct sample_bank *bank = engine ? sample_bank_over(a, engine->bank, samples) : NULL;
	const struct program *p = NULL;

	if (len > RENDER_SOURCE_BYTES_MAX)
		error_set(err, ERR_TOO_LARGE, "'source' must be at most %u bytes, found %zu", RENDER_SOURCE_BYTES_MAX,
			  len);
	else if (engine && !bank)
		error_set(err, ERR_NO_MEMORY, "no memory for the names of samples");
	else
		p = compile(a, source, len, bank, diags, err);
	diag_sort(diags);
	return p;
}

/* Refused before the work is done, as far as anybody can tell by then. */
static int check_spool(const struct render_spec *spec, const struct graph *graph, const struct render_lengths *lengths,
		       struct error *err)
{
	unsigned n_signals = 1 + (spec->has_stems ? graph->n_outputs : 0);
	double frames = (double)lengths->main_frames + (double)lengths->tail_frames;
	double bytes = frames * n_signals * spec->channels * sizeof(float);

	if (!render_spec_needs_spool(spec) || bytes <= (double)RENDER_SPOOL_BYTES_MAX)
		return 0;
	return error_set(err, ERR_TOO_LARGE,
			 "to find its level or its end this render needs %.0f GiB of temporary space, at most %.0f are "
			 "allowed; shorten it, or leave out normalize, an automatic tail or stems",
			 bytes / 0x1p30, (double)RENDER_SPOOL_BYTES_MAX / 0x1p30);
}

static uint64_t cycle_frames(const struct render_spec *spec, const struct graph *graph, double cycles)
{
	return (uint64_t)(cycles / rational_to_double(graph->cps) * spec->sample_rate_hz + 0.5);
}

static int find_window(const struct render_spec *spec, const struct graph *graph, struct render_lengths *l,
		       struct error *err)
{
	double whole = (double)l->main_frames * rational_to_double(graph->cps) / spec->sample_rate_hz;

	if (spec->from_cycle >= whole)
		return error_set(err, ERR_INVALID,
				 "'from_cycle' must be before the end of the render, cycle %.15g, found %.15g", whole,
				 spec->from_cycle);
	l->first_frame = cycle_frames(spec, graph, spec->from_cycle);
	l->end_frame = l->main_frames + l->tail_frames;
	if (spec->to_cycle > 0 && cycle_frames(spec, graph, spec->to_cycle) > l->main_frames)
		return error_set(err, ERR_INVALID,
				 "'to_cycle' must be at most %.15g, the end of the render, found %.15g", whole,
				 spec->to_cycle);
	if (spec->to_cycle > 0)
		l->end_frame = cycle_frames(spec, graph, spec->to_cycle);
	if (l->first_frame >= l->end_frame)
		return error_set(err, ERR_INVALID, "the window would be shorter than one frame");
	return 0;
}

int render_lengths_of(const struct render_engine *engine, const struct render_spec *spec, const struct graph *graph,
		      struct render_lengths *lengths, struct error *err)
{
	double max_s = engine ? engine->job_duration_s : JOB_DURATION_S_DEFAULT;
	double seconds = spec->cycles > 0 ? spec->cycles / rational_to_double(graph->cps) : spec->duration_s;
	double tail_s = spec->is_tail_automatic ? RENDER_TAIL_AUTO_S : spec->tail_s;
	if (!(seconds + spec->tail_s <= max_s))
		return error_set(err, ERR_TOO_LARGE, "a render may last %g s, this one would last %g s", max_s,
				 seconds + spec->tail_s);
	lengths->main_frames = (uint64_t)(seconds * spec->sample_rate_hz + 0.5);
	lengths->tail_frames = (uint64_t)(tail_s * spec->sample_rate_hz + 0.5);
	if (lengths->main_frames == 0)
		return error_set(err, ERR_INVALID, "the render would be shorter than one frame");
	return find_window(spec, graph, lengths, err) || check_spool(spec, graph, lengths, err) ? -1 : 0;
}

/* Compiled into a, with its length. NULL on failure. */
static const struct program *spec_compile(struct arena *a, const struct render_engine *engine,
					  const struct render_spec *spec, struct render_lengths *lengths,
					  struct diag_list *diags, struct error *err)
{
	if (render_spec_check(spec, err))
		return NULL;
	const struct program *p = render_compile(a, engine, spec->samples, spec->source, spec->source_len, diags, err);
	return p && render_lengths_of(engine, spec, p->graph, lengths, err) == 0 ? p : NULL;
}

int render_run_files(struct render_engine *engine, const struct render_spec *spec, struct job_control *control,
		     const struct render_files *files, struct diag_list *diags, struct render_result *result,
		     struct error *err)
{
	struct arena arena;
	struct render_lengths lengths;
	int rc = -1;

	*result = (struct render_result){ 0 };
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = spec_compile(&arena, engine, spec, &lengths, diags, err);
	if (p) {
		struct song song = {
			.graph = p->graph,
			.spec = spec,
			.n_frames = lengths.main_frames + lengths.tail_frames,
			.main_frames = lengths.main_frames,
			.first_frame = lengths.first_frame,
			.end_frame = lengths.end_frame,
			.files = files,
			.bank = p->bank,
			.block_frames = engine->block_frames,
			.memory_bytes = engine->job_memory_bytes,
			.checkpoint_interval_s = engine->checkpoint_interval_s,
			.checkpoint_cost_max = engine->checkpoint_cost_max,
			.control = control,
		};
		rc = song_render(&song, engine->pool, files->mix, diags, result, err);
		if (rc && err && err->where.end > err->where.start)
			diag_add(diags, DIAG_ERROR, "render-failed", err->where, "%s", err->message);
	} else {
		sink_abort(files->mix);
	}
	arena_fini(&arena);
	diag_sort(diags);
	return rc;
}

int render_run(struct render_engine *engine, const struct render_spec *spec, struct job_control *control,
	       struct sink *sink, struct diag_list *diags, struct render_result *result, struct error *err)
{
	struct render_files files = { .mix = sink };

	return render_run_files(engine, spec, control, &files, diags, result, err);
}

int render_check(const struct render_engine *engine, struct sample_set *samples, const char *source, size_t len,
		 struct diag_list *diags, struct error *err)
{
	struct arena arena;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = render_compile(&arena, engine, samples, source, len, diags, err);
	arena_fini(&arena);
	return p ? 0 : -1;
}

const char *const *render_sample_names(const struct render_engine *engine, size_t *n)
{
	return sample_bank_names(engine->bank, n);
}

size_t render_sample_variations(const struct render_engine *engine, const char *name)
{
	return sample_bank_count(engine->bank, name, strlen(name));
}

int render_format(const char *source, size_t len, struct buf *out, struct diag_list *diags, struct error *err)
{
	if (len <= RENDER_SOURCE_BYTES_MAX)
		return lang_format(source, len, out, diags, err);
	return error_set(err, ERR_TOO_LARGE, "'source' must be at most %u bytes, found %zu", RENDER_SOURCE_BYTES_MAX,
			 len);
}

uint64_t render_file_frames(const struct render_spec *spec, const struct render_lengths *l)
{
	bool has_open_end = spec->is_tail_automatic && l->end_frame == l->main_frames + l->tail_frames;

	return (has_open_end ? l->main_frames : l->end_frame) - l->first_frame;
}

int render_length(const struct render_engine *engine, const struct render_spec *spec, uint64_t *n_frames,
		  struct diag_list *diags, struct error *err)
{
	struct arena arena;
	struct render_lengths lengths;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p = spec_compile(&arena, engine, spec, &lengths, diags, err);
	if (p)
		*n_frames = render_file_frames(spec, &lengths);
	arena_fini(&arena);
	return p ? 0 : -1;
}
