#include "server/remote.h"

#include <math.h>
#include <poll.h>
#include <sodium/randombytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "server/cli.h"
#include "server/json_spec.h"
#include "server/remote_call.h"

enum {
	LOOK_MS_MIN = 20,
	LOOK_MS_MAX = 1000,
	PAUSE_MS = 1000,
	ATTEMPTS_MAX = 5,
	RETRY_AFTER_MAX_S = 60,
	PATH_SIZE = 128,
	TOKEN_SIZE = 33,
};

int remote_init(struct error *err)
{
	if (curl_library_load(err))
		return -1;
	if (libcurl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERR_NO_MEMORY, "no memory for connections");
	return 0;
}

void remote_fini(void)
{
	libcurl.global_cleanup();
}

/* What is passed around while a program is rendered elsewhere. */
struct errand {
	struct remote_call call;
	struct job_control *control;
	struct diag_list *diags;
	struct render_result *result;
	struct error *err;
	json_t *job; /* as it was last seen; NULL: not yet */
};

static bool is_canceled(const struct errand *e)
{
	return atomic_load_explicit(&e->control->cancel, memory_order_relaxed);
}

/* Until the time is over or the render is canceled. */
static void pause_for(const struct errand *e, double ms)
{
	for (uint64_t end = clock_monotonic_ns() + (uint64_t)(1e6 * ms); clock_monotonic_ns() < end && !is_canceled(e);)
		poll(NULL, 0, ms < 50 ? (int)ms : 50);
}

static int explain(struct errand *e)
{
	if (is_canceled(e)) {
		error_set(e->err, ERR_CANCELED, "the render was canceled");
		return EX_TEMPFAIL;
	}
	return remote_call_explain(&e->call, e->diags, e->err);
}

static const json_t *member(const json_t *object, const char *name)
{
	return json_object_get(object, name);
}

static void keep_job(struct errand *e)
{
	json_t *job = remote_call_json(&e->call);
	const json_t *progress = member(job, "progress");
	json_int_t done = json_integer_value(member(progress, "frames_done"));
	json_int_t total = json_integer_value(member(progress, "frames_total"));

	atomic_store_explicit(&e->control->frames_done, (uint64_t)done, memory_order_relaxed);
	atomic_store_explicit(&e->control->frames_total, (uint64_t)total, memory_order_relaxed);
	json_decref(e->job);
	e->job = job;
}

static const char *state_of(const struct errand *e)
{
	const char *state = json_string_value(member(e->job, "state"));

	return state ? state : "";
}

static bool has_ended(const struct errand *e)
{
	static const char *const ends[] = { "succeeded", "failed", "canceled", "expired" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(state_of(e), ends[i]) == 0)
			return true;
	return false;
}

/* --- Submission --- */

/* The body of POST /render: malloc'd; NULL when out of memory, or when the program is not UTF-8. */
static char *print_request(const struct render_spec *render)
{
	struct spec spec = {
		.render = *render, .priority = PRIORITY_DEFAULT, .has_format = true, .has_sample_rate = true
	};
	char *options = spec_print_options(&spec), *text = NULL;
	json_t *body = options ? json_loads(options, 0, NULL) : NULL;

	if (body && json_object_set_new(body, "source", json_stringn(render->source, render->source_len)) == 0)
		text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	free(options);
	return text;
}

static void make_token(char out[TOKEN_SIZE])
{
	uint8_t bytes[TOKEN_SIZE / 2];

	randombytes_buf(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* A full queue says when to come back; a connection that broke may have been too late, so the same request is sent under the
 * same token. */
static bool is_worth_retrying(const struct remote_call *c, double *pause_ms)
{
	if (c->status == 0) {
		*pause_ms = PAUSE_MS;
		return c->was_reached;
	}
	*pause_ms = 1000 * c->retry_after_s;
	return (c->status == 429 || c->status == 503) && c->retry_after_s >= 0 && c->retry_after_s <= RETRY_AFTER_MAX_S;
}

static int submit(struct errand *e, const char *body)
{
	char token[TOKEN_SIZE];
	double pause_ms;

	make_token(token);
	for (int attempt = 1; !is_canceled(e); attempt++) {
		int failed = remote_call_ask(&e->call, "POST", "/render", body, token);
		if (!failed && (e->call.status == 201 || e->call.status == 202)) {
			keep_job(e);
			break;
		}
		if (attempt == ATTEMPTS_MAX || !is_worth_retrying(&e->call, &pause_ms))
			break;
		pause_for(e, pause_ms);
	}
	if (json_string_value(member(e->job, "id")))
		return EX_OK;
	return explain(e);
}

/* --- The job --- */

/* "/jobs/ID" and what follows. */
static int print_path(const struct errand *e, const char *rest, const char *name, char out[PATH_SIZE])
{
	const char *id = json_string_value(member(e->job, "id"));

	if (snprintf(out, PATH_SIZE, "/jobs/%s%s%s", id ? id : "", rest, name) < PATH_SIZE)
		return EX_OK;
	error_set(e->err, ERR_INVALID, "%s answers with names that are none of ours", e->call.remote->url);
	return EX_UNAVAILABLE;
}

/* A transfer is ended by the cancel, so this one must not see it. */
static void cancel_job(struct errand *e)
{
	char path[PATH_SIZE];

	e->call.control = NULL;
	if (print_path(e, "/cancel", "", path) == EX_OK)
		(void)!remote_call_ask(&e->call, "POST", path, NULL, NULL);
	e->call.control = e->control;
}

/* Looks at the job until it has ended. A server that is away for a moment keeps its jobs. */
static int follow(struct errand *e)
{
	double look_ms = LOOK_MS_MIN;
	char path[PATH_SIZE];
	int n_failures = 0, status = print_path(e, "", "", path);

	while (status == EX_OK && !has_ended(e) && !is_canceled(e)) {
		pause_for(e, n_failures ? PAUSE_MS : look_ms);
		look_ms = fmin(1.5 * look_ms, LOOK_MS_MAX);
		if (is_canceled(e))
			break;
		if (remote_call_ask(&e->call, "GET", path, NULL, NULL) == 0 && e->call.status == 200) {
			keep_job(e);
			n_failures = 0;
		} else if (++n_failures == ATTEMPTS_MAX || (e->call.status != 0 && e->call.status < 500)) {
			status = explain(e);
		}
	}
	if (!is_canceled(e))
		return status;
	cancel_job(e);
	return explain(e);
}

/* The code of an error of ours by its name; ERR_INTERNAL for others. */
static enum error_code find_code(const char *name)
{
	int code = ERR_NONE;

	while (code < ERR_INTERNAL && strcmp(error_code_name((enum error_code)code), name) != 0)
		code++;
	return (enum error_code)code;
}

/* Why it did not succeed. */
static int explain_end(struct errand *e)
{
	const json_t *why = member(e->job, "error");
	const char *code = json_string_value(member(why, "code")), *message = json_string_value(member(why, "message"));

	if (strcmp(state_of(e), "succeeded") == 0)
		return EX_OK;
	error_set(e->err, find_code(code ? code : ""), "%s", message && *message ? message : state_of(e));
	return cli_status_of(e->err->code);
}

/* --- Its files --- */

/* From decibels, where null is silence. */
static double level_of(const json_t *object, const char *name)
{
	const json_t *x = member(object, name);

	return json_is_number(x) ? pow(10, json_number_value(x) / 20) : 0;
}

static int take_digest(struct errand *e, const json_t *file, uint8_t out[SHA256_BYTES])
{
	const char *hex = json_string_value(member(file, "sha256"));

	if (hex && sha256_parse_hex(hex, out) == 0)
		return EX_OK;
	error_set(e->err, ERR_CORRUPT, "%s does not say what the file is", e->call.remote->url);
	return EX_UNAVAILABLE;
}

/* Fills the sink and finishes it, or aborts it. */
static int download(struct errand *e, const char *path, const uint8_t expected[SHA256_BYTES], struct sink *sink)
{
	uint8_t digest[SHA256_BYTES];
	int status = EX_OK;

	if (remote_call_download(&e->call, path, sink, digest, e->err) < 0) {
		status = e->call.is_sink_broken ? EX_IOERR : explain(e);
	} else if (memcmp(digest, expected, SHA256_BYTES) != 0) {
		error_set(e->err, ERR_CORRUPT, "what came from %s is not what it says", e->call.remote->url);
		status = EX_IOERR;
	}
	if (status != EX_OK) {
		sink_abort(sink);
		return status;
	}
	return sink_finish(sink, e->err) < 0 ? cli_status_of(e->err->code) : EX_OK;
}

static int take_stem(struct errand *e, const json_t *file, const struct render_files *files)
{
	struct render_stem *stem = &e->result->stems[e->result->n_stems];
	const char *name = json_string_value(member(file, "name"));
	char path[PATH_SIZE];
	struct sink *sink;
	int status = take_digest(e, file, stem->sha256);

	/* It becomes the name of a file. */
	if (!name || strlen(name) >= sizeof stem->name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")]) {
		error_set(e->err, ERR_INVALID, "%s answers with names that are none of ours", e->call.remote->url);
		return EX_UNAVAILABLE;
	}
	if (status != EX_OK || (status = print_path(e, "/stems/", name, path)) != EX_OK)
		return status;
	strcpy(stem->name, name);
	stem->bytes = (uint64_t)json_integer_value(member(file, "bytes"));
	stem->peak = level_of(file, "peak_db");
	stem->clipped_frames = (uint64_t)json_integer_value(member(file, "clipped_frames"));
	sink = files->open_stem(files->ctx, e->result->n_stems++, name, e->err);
	return sink ? download(e, path, stem->sha256, sink) : EX_CANTCREAT;
}

static int take_stems(struct errand *e, const json_t *list, const struct render_files *files)
{
	const json_t *file;
	int status = EX_OK;
	size_t i;

	json_array_foreach(list, i, file)
	{
		if (status == EX_OK && i < RENDER_STEMS_MAX)
			status = take_stem(e, file, files);
	}
	return status;
}

static int take_result(struct errand *e, const struct render_files *files)
{
	const json_t *result = member(e->job, "result"), *metrics = member(e->job, "metrics");
	const json_t *loudness = member(result, "loudness_lufs");

	*e->result = (struct render_result){
		.frames = (uint64_t)json_integer_value(member(result, "frames")),
		.bytes = (uint64_t)json_integer_value(member(result, "bytes")),
		.peak = level_of(result, "peak_db"),
		.true_peak = level_of(result, "true_peak_db"),
		.loudness_lufs = json_is_number(loudness) ? json_number_value(loudness) : -INFINITY,
		.clipped_frames = (uint64_t)json_integer_value(member(result, "clipped_frames")),
		.wall_s = (double)json_integer_value(member(metrics, "render_ms")) / 1000,
		.cpu_s = json_number_value(member(metrics, "cpu_s")),
	};
	remote_take_diags(member(e->job, "warnings"), e->diags);
	return take_stems(e, member(result, "stems"), files);
}

/* The mix comes last, as it does from a render here. */
static int fetch(struct errand *e, const struct render_files *files)
{
	char path[PATH_SIZE];
	int status = take_result(e, files);

	if (status == EX_OK)
		status = take_digest(e, member(e->job, "result"), e->result->sha256);
	if (status == EX_OK)
		status = print_path(e, "/audio", "", path);
	if (status == EX_OK)
		return download(e, path, e->result->sha256, files->mix);
	sink_abort(files->mix);
	return status;
}

static int run(struct errand *e, const char *body, const struct render_files *files)
{
	int status = submit(e, body);

	if (status == EX_OK)
		status = follow(e);
	if (status == EX_OK)
		status = explain_end(e);
	if (status == EX_OK)
		return fetch(e, files);
	sink_abort(files->mix);
	return status;
}

int remote_render(const struct remote *remote, const struct render_spec *spec, struct job_control *control,
		  const struct render_files *files, struct diag_list *diags, struct render_result *result,
		  struct error *err)
{
	struct errand e = { .control = control, .diags = diags, .result = result, .err = err };
	char *body = print_request(spec);
	int status;

	if (!body || remote_call_init(&e.call, remote, control, err) < 0) {
		if (!body)
			error_set(err, ERR_NO_MEMORY, "no memory for the request");
		free(body);
		sink_abort(files->mix);
		return EX_TEMPFAIL;
	}
	status = run(&e, body, files);
	json_decref(e.job);
	remote_call_fini(&e.call);
	free(body);
	return status;
}
