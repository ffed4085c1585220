#include "server/routes.h"

#include <stdio.h>
#include <string.h>

#include "server/access.h"
#include "server/api.h"
#include "server/cors.h"
#include "server/negotiation.h"
#include "server/problem.h"

enum { PATH_ID_SIZE = 64, NAMES_MAX = 2, TYPES_MAX = 10 };

#define JSON "application/json"
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define AUDIO_TYPES                                                                                                    \
	"audio/wav", "audio/x-wav", "audio/wave", "audio/flac", "audio/x-flac", "audio/ogg", "application/ogg",        \
		"audio/opus"
#define FORM_TYPE "multipart/form-data"
#define SAMPLE_TYPES "audio/wav", "audio/aiff", "audio/flac"
/* Everything that counts as source text as it is; the form type because curl --data-binary sends it by default. */
#define RAW_TYPES "text/plain", "text/x-phonon", "application/octet-stream", "application/x-www-form-urlencoded"

struct route {
	const char *method,
		*path; /* a segment "{id}" or the like stands for any short name, "{file}" for one with dots, of any length */
	http_handler handler;
	bool takes_source; /* needs a body: JSON or raw source, up to the configured size */
	const char *gives[TYPES_MAX];
};

static const struct route routes[] = {
	{ "POST", "/render", api_render, true, { JSON, AUDIO_TYPES, "text/plain" } },
	{ "POST", "/check", api_check, true, { JSON, "text/plain" } },
	{ "POST", "/estimate", api_estimate, true, { JSON } },
	{ "POST", "/events", api_events, true, { "application/jsonl", "application/x-ndjson", "text/plain" } },
	{ "POST", "/format", api_format, true, { JSON, "text/plain" } },
	{ "GET", "/nodes", api_nodes, false, { JSON } },
	{ "GET", "/examples", api_examples, false, { JSON } },
	{ "GET", "/jobs", api_jobs_list, false, { JSON } },
	{ "GET", "/jobs/{id}", api_job_get, false, { JSON } },
	{ "DELETE", "/jobs/{id}", api_job_delete, false, { NULL } },
	{ "POST", "/jobs/{id}/cancel", api_job_cancel, false, { JSON } },
	{ "POST", "/jobs/{id}/pin", api_job_pin, false, { JSON } },
	{ "POST", "/jobs/{id}/unpin", api_job_unpin, false, { JSON } },
	{ "POST", "/jobs/{id}/link", api_link, false, { JSON } },
	{ "GET", "/jobs/{id}/deliveries", api_deliveries, false, { JSON } },
	{ "POST", "/jobs/{id}/redeliver", api_redeliver, false, { JSON } },
	{ "GET", "/webhooks/secret", api_webhook_secret, false, { JSON } },
	{ "POST", "/webhooks/secret/rotate", api_webhook_rotate, false, { JSON } },
	{ "GET", "/events", api_all_events, false, { "text/event-stream" } },
	{ "GET", "/jobs/{id}/events", api_job_events, false, { "text/event-stream" } },
	{ "POST", "/jobs/{id}/retry", api_job_retry, false, { JSON } },
	{ "POST", "/jobs/{id}/verify", api_verify, false, { JSON, AUDIO_TYPES } },
	{ "POST", "/batches", api_batch_make, false, { JSON } },
	{ "GET", "/batches", api_batches_list, false, { JSON } },
	{ "GET", "/batches/{id}", api_batch_get, false, { JSON } },
	{ "POST", "/batches/{id}/cancel", api_batch_cancel, false, { JSON } },
	{ "GET", "/batches/{id}/results", api_batch_results, false, { "application/jsonl", "application/x-ndjson" } },
	{ "GET", "/batches/{id}/audio", api_batch_audio, false, { "application/x-tar" } },
	{ "GET", "/batches/{id}/deliveries", api_deliveries, false, { JSON } },
	{ "POST", "/batches/{id}/redeliver", api_redeliver, false, { JSON } },
	{ "GET", "/schedules", api_schedules_list, false, { JSON } },
	{ "POST", "/schedules", api_schedule_make, true, { JSON } },
	{ "GET", "/schedules/{id}", api_schedule_get, false, { JSON } },
	{ "DELETE", "/schedules/{id}", api_schedule_delete, false, { NULL } },
	{ "GET", "/queue", api_queue, false, { JSON } },
	{ "POST", "/queue/pause", api_queue_pause, false, { JSON } },
	{ "POST", "/queue/resume", api_queue_resume, false, { JSON } },
	{ "GET", "/jobs/{id}/audio", api_audio, false, { AUDIO_TYPES } },
	{ "GET", "/jobs/{id}/peaks", api_peaks, false, { JSON, "application/octet-stream" } },
	{ "GET", "/jobs/{id}/stems", api_stems, false, { JSON, "application/x-tar", "audio/wav" } },
	{ "GET", "/jobs/{id}/stems/{name}", api_stem_audio, false, { AUDIO_TYPES } },
	{ "GET", "/r/{file}", api_embed, false, { AUDIO_TYPES } },
	{ "GET", "/samples", api_samples_list, false, { JSON } },
	{ "GET", "/samples/{bank}/{file}", api_sample_get, false, { SAMPLE_TYPES } },
	{ "PUT", "/samples/{bank}/{file}", api_sample_put, false, { JSON } },
	{ "DELETE", "/samples/{bank}/{file}", api_sample_delete, false, { NULL } },
	{ "GET", "/metrics", api_metrics, false, { "text/plain", "application/openmetrics-text" } },
	{ "GET", "/usage", api_usage, false, { JSON } },
	{ "GET", "/livez", api_livez, false, { JSON } },
	{ "GET", "/readyz", api_readyz, false, { JSON } },
	{ "GET", "/version", api_version, false, { JSON } },
	{ "GET", "/openapi.json", api_openapi_json, false, { JSON, "application/vnd.oai.openapi+json" } },
	{ "GET", "/openapi.yaml", api_openapi_yaml, false, { "application/yaml", "text/yaml", "text/plain" } },
	{ "GET", "/problems/{id}", api_problem, false, { JSON } },
	{ "GET", "/", api_page, false, { "text/html" } },
	{ "GET", "/assets/{file}", api_page, false, { "text/javascript", "text/css", "image/svg+xml" } },
	{ "GET", "/licenses", api_page, false, { "text/plain" } },
};

enum { N_ROUTES = sizeof routes / sizeof routes[0] };

/* What is called before the body is read, of handlers that take it as it comes. */
static const struct {
	http_handler handler, begin;
} intakes[] = {
	{ api_render, api_form_begin },
	{ api_batch_make, api_batch_begin },
	{ api_sample_put, api_sample_begin },
};

static const char *const source_types[] = { JSON, RAW_TYPES };

/* What stands for {…} in a path. */
struct path_names {
	struct {
		const char *at; /* in the path */
		size_t len;
	} names[NAMES_MAX];
	size_t n;
};

/* Does path have the shape of template? */
static bool is_match(const char *template, const char *path, struct path_names *found)
{
	found->n = 0;
	while (*template && *path) {
		if (*template != '{') {
			if (*template ++ != *path++)
				return false;
			continue;
		}
		bool is_file = strncmp(template, "{file}", 6) == 0;
		size_t n = strspn(path, is_file ? NAME_CHARACTERS "-." : NAME_CHARACTERS);
		if (n == 0 || (n >= PATH_ID_SIZE && !is_file) || found->n == NAMES_MAX)
			return false;
		found->names[found->n].at = path;
		found->names[found->n++].len = n;
		path += n;
		template = strchr(template, '}') + 1;
	}
	return *template == *path;
}

static bool is_method(const struct route *route, const struct http_request *r)
{
	return strcmp(route->method, r->is_head ? "GET" : r->method) == 0;
}

/* Adds the Allow header for the path; false when no route has it. */
static bool add_allow(struct app *app, struct http_request *r)
{
	char allow[64] = "OPTIONS";
	struct path_names names;
	bool found = strcmp(r->path, "*") == 0;

	for (size_t i = 0; i < N_ROUTES; i++) {
		if (!is_match(routes[i].path, r->path, &names))
			continue;
		found = true;
		size_t n = strlen(allow);
		snprintf(allow + n, sizeof allow - n, ", %s%s", routes[i].method,
			 strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
	}
	if (found)
		http_add_header(r, "Allow", "%s", allow);
	if (found && strcmp(r->method, "OPTIONS") == 0)
		cors_preflight(app->cors, r, allow);
	return found;
}

static void find_route(struct http_request *r)
{
	struct path_names found = { .n = 0 };

	for (size_t i = 0; i < N_ROUTES && !r->route; i++)
		if (is_method(&routes[i], r) && is_match(routes[i].path, r->path, &found))
			r->route = &routes[i];
	if (r->route && found.n > 0)
		r->path_id = arena_strndup(&r->arena, found.names[0].at, found.names[0].len);
	if (r->route && found.n > 1)
		r->path_name = arena_strndup(&r->arena, found.names[1].at, found.names[1].len);
}

static void refuse_method(struct app *app, struct http_request *r)
{
	bool is_path = add_allow(app, r);

	if (is_path && strcmp(r->method, "OPTIONS") == 0)
		http_reply(r, 204, NULL, NULL, 0);
	else if (is_path)
		problem_reply(r, PROBLEM_METHOD_NOT_ALLOWED, "this resource does not take the method; see Allow");
	else
		problem_reply(r, PROBLEM_NOT_FOUND, "no resource has this path");
}

static bool is_acceptable(struct http_request *r)
{
	const char *accept = http_header(r, "Accept");

	if (!r->route->gives[0])
		return true;
	for (size_t i = 0; i < TYPES_MAX && r->route->gives[i]; i++)
		if (negotiation_quality(accept, r->route->gives[i]) > 0)
			return true;
	return false;
}

static bool is_source_type(const char *type)
{
	for (size_t i = 0; i < sizeof source_types / sizeof source_types[0]; i++)
		if (negotiation_is_type(type, source_types[i]))
			return true;
	return false;
}

/* A body is required, in a type that we read. */
static void check_body(struct http_request *r)
{
	const char *type = http_header(r, "Content-Type"), *coding = http_header(r, "Content-Encoding");
	bool takes_form = r->route->handler == api_render;

	if (!r->is_framed) {
		problem_reply(r, PROBLEM_LENGTH_REQUIRED,
			      "send the program as the body, with Content-Length or chunked");
	} else if (type && !is_source_type(type) && !(takes_form && negotiation_is_type(type, FORM_TYPE))) {
		http_add_header(r, "Accept-Post",
				"application/json, text/plain, text/x-phonon, application/octet-stream, "
				"application/x-www-form-urlencoded%s",
				takes_form ? ", " FORM_TYPE : "");
		problem_reply(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
			      "the body may be JSON or source text; see Accept-Post");
	} else if (coding && strcasecmp(coding, "identity") != 0) {
		http_add_header(r, "Accept-Encoding", "identity");
		problem_reply(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed");
	}
}

void routes_begin(void *ctx, struct http_request *r)
{
	struct app *app = ctx;

	cors_begin(app->cors, r);
	find_route(r);
	if (!r->route) {
		refuse_method(app, r);
		return;
	}
	if (access_admit(app, r, r->route->method, r->route->path) < 0)
		return;
	if (!is_acceptable(r)) {
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE, "this resource is available as %s", r->route->gives[0]);
		return;
	}
	if (r->route->takes_source) {
		r->max_body_bytes = app->config.max_body_bytes;
		check_body(r);
	}
	for (size_t i = 0; i < sizeof intakes / sizeof intakes[0] && !http_replied(r); i++)
		if (intakes[i].handler == r->route->handler)
			intakes[i].begin(ctx, r);
}

void routes_handle(void *ctx, struct http_request *r)
{
	r->route->handler(ctx, r);
}

const char *routes_name(const struct http_request *r)
{
	return r->route ? r->route->path : "-";
}
