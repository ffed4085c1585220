/* One job: options to spec, artifacts, render, result.
 *
 * Between the renderer and each artifact stands a sink that, when all bytes are written, asks the queue whether the lease
 * still holds before the file gets its name. Stems are further artifacts of the job's content. */
#include "server/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"
#include "server/json_spec.h"
#include "server/live.h"
#include "server/metrics.h"
#include "server/problem.h"
#include "server/submission.h"

#define CPU_FACTOR 10.0 /* of the estimate */
#define CPU_MIN_S 60.0

struct run;

struct job_sink {
	struct sink sink; /* first */
	struct artifact *artifact;
	struct run *run;
	struct live_source *live; /* of the mix, while it is written; NULL: nobody can listen */
	uint64_t n_bytes;
};

/* A job in progress. */
struct run {
	struct storage *storage;
	struct job *job;
	struct spec spec;
	uint64_t file_frames; /* expected */
	int (*finalizing)(void *ctx, struct error *err);
	void *finalizing_ctx;
	struct job_sink sinks[1 + RENDER_STEMS_MAX]; /* the mix, then the stems */
};

static int job_sink_write_at(struct sink *sink, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct job_sink *s = (struct job_sink *)sink;

	if (sink_write_at(artifact_sink(s->artifact), offset, data, n, err) < 0)
		return -1;
	s->n_bytes = offset + n;
	if (s->live && live_is_heard(s->live))
		live_note(s->live, artifact_settle(s->artifact));
	return 0;
}

static void end_live(struct job_sink *s, bool is_whole)
{
	if (s->live)
		live_end(s->live, s->n_bytes, is_whole);
	s->live = NULL;
}

static int job_sink_finish(struct sink *sink, struct error *err)
{
	struct job_sink *s = (struct job_sink *)sink;

	int rc = s->run->finalizing(s->run->finalizing_ctx, err);

	if (rc == 0)
		rc = sink_finish(artifact_sink(s->artifact), err);
	end_live(s, rc == 0);
	return rc;
}

static void job_sink_abort(struct sink *sink)
{
	struct job_sink *s = (struct job_sink *)sink;

	end_live(s, false);
	sink_abort(artifact_sink(s->artifact));
}

static const struct sink_ops job_sink_ops = { job_sink_write_at, job_sink_finish, job_sink_abort };

static unsigned bytes_per_sample(enum audio_subtype subtype)
{
	return subtype == AUDIO_PCM_16 ? 2 : subtype == AUDIO_PCM_24 ? 3 : 4;
}

/* Of a WAV, without the header, which is no reason to reserve another block; nobody knows how small the others become. */
static uint64_t expected_bytes(const struct run *r)
{
	const struct render_spec *spec = &r->spec.render;

	if (spec->format != AUDIO_FORMAT_WAV)
		return 0;
	return r->file_frames * spec->channels * bytes_per_sample(spec->subtype);
}

/* A job counts the frames that it renders; of those a window leaves fewer, or as many as it is long. */
static uint64_t count_file_frames(const struct runner *runner, const struct run *r)
{
	const struct render_spec *spec = &r->spec.render;
	struct diag_list diags = { .n = 0 };
	uint64_t n;

	if (spec->from_cycle == 0 && spec->to_cycle == 0)
		return r->job->frames_total;
	return render_length(runner->engine, spec, &n, &diags, NULL) == 0 ? n : 0;
}

static void store_warnings(struct job *job, const struct diag_list *diags)
{
	json_t *list = problem_json_diags(diags, DIAG_WARNING, job->source, job->source_len);

	if (json_array_size(list))
		job->warnings = json_dumps(list, JSON_COMPACT);
	json_decref(list);
}

/* The further files of the job, in the order of their numbers. NULL when there are none, or no memory. */
static char *print_stems(const struct render_result *result)
{
	json_t *list = json_array();
	char hex[SHA256_HEX_SIZE], *text;

	for (unsigned i = 0; i < result->n_stems; i++) {
		const struct render_stem *s = &result->stems[i];
		json_array_append_new(list,
				      json_pack("{s:s, s:I, s:f, s:I, s:s}", "name", s->name, "bytes",
						(json_int_t)s->bytes, "peak", s->peak, "clipped_frames",
						(json_int_t)s->clipped_frames, "sha256", sha256_hex(s->sha256, hex)));
	}
	text = result->n_stems > 0 ? json_dumps(list, JSON_COMPACT) : NULL;
	json_decref(list);
	return text;
}

static void store_result(struct job *job, const struct render_result *result)
{
	job->has_result = true;
	job->bytes = result->bytes;
	job->frames = result->frames;
	job->clipped_frames = result->clipped_frames;
	job->peak = result->peak;
	job->true_peak = result->true_peak;
	job->loudness_lufs = result->loudness_lufs;
	job->stems = print_stems(result);
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

/* --- Files ------------------------------------------------------------------------------------------------ */

/* part 0: the mix. */
static struct sink *open_part(struct run *r, unsigned part, struct error *err)
{
	struct job_sink *s = &r->sinks[part];

	s->sink.ops = &job_sink_ops;
	s->run = r;
	s->artifact = artifact_create_part(r->storage, r->job->content_hash, part, expected_bytes(r), err);
	return s->artifact ? &s->sink : NULL;
}

static struct sink *open_stem(void *ctx, unsigned i, const char *name, struct error *err)
{
	(void)name; /* stands in the result */
	return open_part(ctx, i + 1, err);
}

static struct spool *open_spool(void *ctx, struct error *err)
{
	return storage_spool_new(((struct run *)ctx)->storage, err);
}

static uint64_t raw_bytes(const struct run *r)
{
	/* Of the mix; stems are few, and a guess will do. */
	return r->job->frames_total * r->spec.render.channels * sizeof(float);
}

static int open_checkpoint(void *ctx, struct checkpoint **found, struct error *err)
{
	struct run *r = ctx;

	return storage_checkpoint_open(r->storage, r->job->content_hash, raw_bytes(r), found, err);
}

static void free_parts(struct run *r)
{
	for (size_t i = 0; i < sizeof r->sinks / sizeof r->sinks[0]; i++) {
		end_live(&r->sinks[i], false);
		if (r->sinks[i].artifact)
			artifact_free(r->sinks[i].artifact);
	}
}

/* --- The job ---------------------------------------------------------------------------------------------- */

/* Of a job that verifies another one. */
static int check_digest(const struct run *r, struct error *err)
{
	char found[SHA256_HEX_SIZE], wanted[SHA256_HEX_SIZE];

	if (!r->spec.has_verify || memcmp(r->job->sha256, r->spec.verify_sha256, SHA256_BYTES) == 0)
		return 0;
	return error_set(err, ERR_CORRUPT, "the render has the SHA-256 %s, the job that is verified has %s",
			 sha256_hex(r->job->sha256, found), sha256_hex(r->spec.verify_sha256, wanted));
}

static int render(const struct runner *runner, struct run *r, struct job_control *control, struct error *err)
{
	struct render_result *result = calloc(1, sizeof *result);
	struct render_files files = {
		.ctx = r,
		.open_stem = open_stem,
		.open_spool = open_spool,
		.open_checkpoint = open_checkpoint,
	};
	struct diag_list diags = { .n = 0 };
	int failed = -1;

	if (!result)
		return error_set(err, ERR_NO_MEMORY, "no memory for the result of a job");
	files.mix = open_part(r, 0, err);
	if (files.mix)
		r->sinks[0].live = live_open(runner->live, r->job->content_hash,
					     artifact_open_unfinished(r->sinks[0].artifact, NULL));
	if (files.mix)
		failed = render_run_files(runner->engine, &r->spec.render, control, &files, &diags, result, err);
	store_warnings(r->job, &diags);
	if (failed)
		explain(r->job, &diags, err);
	else
		store_result(r->job, result);
	if (!failed && result->wall_s > 0)
		metrics_note_render(runner->metrics,
				    (double)result->frames / r->spec.render.sample_rate_hz / result->wall_s);
	if (!failed && result->n_stems > 0 && !r->job->stems)
		failed = error_set(err, ERR_NO_MEMORY, "no memory for the list of stems");
	if (!failed)
		failed = check_digest(r, err);
	free(result);
	return failed;
}

/* An estimate may be far off where little work is expected, so there is a least. */
static double cpu_budget_s(const struct runner *runner, const struct job *job)
{
	if (runner->max_cpu_s > 0)
		return runner->max_cpu_s;
	return fmin(fmax(CPU_FACTOR * job->cost_s, CPU_MIN_S), RENDER_CPU_MAX_S);
}

static int run(void *ctx, struct job *job, struct job_control *control,
	       int (*finalizing)(void *fctx, struct error *err), void *fctx, struct error *err)
{
	struct runner *runner = ctx;
	struct run r = { .storage = runner->storage, .job = job, .finalizing = finalizing, .finalizing_ctx = fctx };
	int rc;

	if (spec_parse_options(job->options, &r.spec, err) < 0)
		return -1;
	r.spec.render.cpu_s_max = cpu_budget_s(runner, job);
	r.spec.render.source = job->source;
	r.spec.render.source_len = job->source_len;
	if (storage_sample_set_of_job(runner->storage, job->id, &job->samples, err))
		return -1;
	r.spec.render.samples = job->samples;
	r.file_frames = count_file_frames(runner, &r);
	atomic_store_explicit(&control->frames_total, job->frames_total, memory_order_relaxed);
	rc = render(runner, &r, control, err);
	job->resumed_from_frame = atomic_load_explicit(&control->resumed_from_frame, memory_order_relaxed);
	free_parts(&r);
	return rc;
}

/* As at the submission, for a job that is submitted again: by another version of the engine, with other samples, perhaps. */
static int prepare(void *ctx, struct job *job, struct error *err)
{
	const struct runner *runner = ctx;
	struct diag_list diags = { .n = 0 };
	struct spec spec;

	if (spec_parse_options(job->options, &spec, err) < 0)
		return -1;
	spec.render.source = job->source;
	spec.render.source_len = job->source_len;
	/* With the samples that it was submitted with the first time: they need have no name. */
	if (storage_sample_set_of_job(runner->storage, job->retry_of[0] ? job->retry_of : job->id, &job->samples,
				      err)) {
		if (err && err->code == ERR_NOT_FOUND)
			err->code = ERR_CONFLICT;
		return -1;
	}
	if (submission_measure(runner->storage, runner->engine, &spec.render, job, &diags, err) == 0)
		return 0;
	explain(job, &diags, err);
	return -1;
}

struct job_runner runner_interface(struct runner *runner)
{
	return (struct job_runner){ .ctx = runner, .prepare = prepare, .run = run };
}
