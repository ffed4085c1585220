/* One job: options to spec, artifact, render, result.
 *
 * Between the renderer and the artifact stands a sink that, when all bytes are written, asks the queue whether the lease
 * still holds before the file gets its name. */
#include "server/runner.h"

#include <string.h>

#include "render/render.h"
#include "server/json_spec.h"
#include "server/problem.h"

struct job_sink {
	struct sink sink; /* first */
	struct sink *file;
	int (*finalizing)(void *ctx, struct error *err);
	void *finalizing_ctx;
};

static int job_sink_write_at(struct sink *sink, uint64_t offset, const void *data, size_t n, struct error *err)
{
	return sink_write_at(((struct job_sink *)sink)->file, offset, data, n, err);
}

static int job_sink_finish(struct sink *sink, struct error *err)
{
	struct job_sink *s = (struct job_sink *)sink;

	if (s->finalizing(s->finalizing_ctx, err) < 0)
		return -1;
	return sink_finish(s->file, err);
}

static void job_sink_abort(struct sink *sink)
{
	sink_abort(((struct job_sink *)sink)->file);
}

static const struct sink_ops job_sink_ops = { job_sink_write_at, job_sink_finish, job_sink_abort };

static unsigned bytes_per_sample(enum audio_subtype subtype)
{
	return subtype == AUDIO_PCM_16 ? 2 : subtype == AUDIO_PCM_24 ? 3 : 4;
}

/* Without the header, which is no reason to reserve another block. */
static uint64_t expected_bytes(const struct job *job, const struct render_spec *spec)
{
	return job->frames_total * spec->channels * bytes_per_sample(spec->subtype);
}

static void store_warnings(struct job *job, const struct diag_list *diags)
{
	json_t *list = problem_json_diags(diags, DIAG_WARNING, job->source, job->source_len);

	if (json_array_size(list))
		job->warnings = json_dumps(list, JSON_COMPACT);
	json_decref(list);
}

static void store_result(struct job *job, const struct render_result *result)
{
	job->has_result = true;
	job->bytes = result->bytes;
	job->frames = result->frames;
	job->clipped_frames = result->clipped_frames;
	job->peak = result->peak;
	job->render_s = result->wall_s;
	job->cpu_s = result->cpu_s;
	memcpy(job->sha256, result->sha256, sizeof job->sha256);
}

/* A message that can be read tomorrow, in the job: for ERR_SOURCE the first diagnostic, for a limit met while rendering
 * the place in the program. */
static void explain(const struct job *job, const struct diag_list *diags, struct error *err)
{
	for (size_t i = 0; err && err->code == ERR_SOURCE && i < diags->n; i++)
		if (diags->items[i].severity == DIAG_ERROR) {
			error_set_at(err, ERR_SOURCE, diags->items[i].span, "%s", diags->items[i].message);
			return;
		}
	if (err && err->code != ERR_SOURCE && err->where.end > err->where.start) {
		struct diag_position at = diag_locate(job->source, job->source_len, err->where.start);

		error_wrap(err, "line %u, column %u", at.line, at.column);
	}
}

static int run(void *ctx, struct job *job, struct job_control *control,
	       int (*finalizing)(void *fctx, struct error *err), void *fctx, struct error *err)
{
	struct runner *runner = ctx;
	struct render_result result;
	struct diag_list diags = { .n = 0 };
	struct artifact *artifact;
	struct job_sink sink = { .sink.ops = &job_sink_ops };
	struct spec spec;
	int failed;

	if (spec_parse_options(job->options, &spec, err) < 0)
		return -1;
	spec.render.source = job->source;
	spec.render.source_len = job->source_len;
	artifact = artifact_create(runner->storage, job->content_hash, expected_bytes(job, &spec.render), err);
	if (!artifact)
		return -1;
	sink.file = artifact_sink(artifact);
	sink.finalizing = finalizing;
	sink.finalizing_ctx = fctx;
	atomic_store_explicit(&control->frames_total, job->frames_total, memory_order_relaxed);
	failed = render_run(runner->engine, &spec.render, control, &sink.sink, &diags, &result, err);
	artifact_free(artifact);
	store_warnings(job, &diags);
	if (failed < 0) {
		explain(job, &diags, err);
		return -1;
	}
	store_result(job, &result);
	return 0;
}

struct job_runner runner_interface(struct runner *runner)
{
	return (struct job_runner){ .ctx = runner, .run = run };
}
