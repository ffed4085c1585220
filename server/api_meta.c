/* About the service itself: health, version, contract, problem types. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "server/api.h"
#include "server/conditional.h"
#include "server/openapi_data.h"
#include "server/problem.h"

void api_livez(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200, json_pack("{s:s}", "status", "ok"));
}

/* One line of the verbose report. */
static json_t *json_probe(const char *name, bool is_ok, const char *detail)
{
	return json_pack("{s:s, s:b, s:s}", "name", name, "ok", is_ok, "detail", detail);
}

void api_readyz(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	bool is_draining = atomic_load_explicit(&app->is_draining, memory_order_relaxed);
	bool can_store = storage_health(app->storage, &err) == 0, is_ready = can_store && !is_draining;
	json_t *j = json_pack("{s:s}", "status", is_ready ? "ok" : is_draining ? "draining" : "unavailable");

	if (j && http_query(r, "verbose"))
		json_object_set_new(j, "checks",
				    json_pack("[o, o]",
					      json_probe("accepting", !is_draining, is_draining ? "stopping" : "yes"),
					      json_probe("storage", can_store, can_store ? "writable" : err.message)));
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, is_ready ? 200 : 503, j);
}

void api_version(void *ctx, struct http_request *r)
{
	struct app *app = ctx;

	api_reply_json(r, 200,
		       json_pack("{s:s, s:s, s:i, s:s, s:i}", "name", "phonond", "version", PACKAGE_VERSION,
				 "engine_version", (int)RENDER_ENGINE_VERSION, "io", storage_io_name(app->storage),
				 "render_threads", (int)render_engine_threads(app->engine)));
}

/* It changes with the program only. */
static void reply_contract(struct http_request *r, const char *type, const void *text, size_t len)
{
	char hex[SHA256_HEX_SIZE], etag[SHA256_HEX_SIZE + 2];
	struct conditions c = { .if_none_match = http_header(r, "If-None-Match") };
	uint8_t digest[SHA256_BYTES];
	struct sha256 sum;

	sha256_init(&sum);
	sha256_update(&sum, text, len);
	sha256_final(&sum, digest);
	snprintf(etag, sizeof etag, "\"%s\"", sha256_hex(digest, hex));
	http_add_header(r, "ETag", "%s", etag);
	http_add_header(r, "Cache-Control", "public, max-age=3600");
	if (conditional_check(&c, &(struct validators){ .etag = etag }) == CONDITION_NOT_MODIFIED)
		http_reply(r, 304, NULL, NULL, 0);
	else
		http_reply_static(r, 200, type, text, len);
}

void api_openapi_json(void *ctx, struct http_request *r)
{
	(void)ctx;
	reply_contract(r, "application/json", openapi_json, openapi_json_len);
}

void api_openapi_yaml(void *ctx, struct http_request *r)
{
	(void)ctx;
	reply_contract(r, "application/yaml", openapi_yaml, openapi_yaml_len);
}

/* What `type` of a problem refers to. */
void api_problem(void *ctx, struct http_request *r)
{
	enum problem_kind kind;

	(void)ctx;
	if (!r->path_id || !problem_is_known(r->path_id)) {
		problem_reply(r, PROBLEM_NOT_FOUND, "there is no problem type of this name");
		return;
	}
	kind = problem_find(r->path_id);
	api_reply_json(r, 200,
		       json_pack("{s:s+, s:s, s:i, s:s}", "type", "/problems/", r->path_id, "code", problem_code(kind),
				 "status", (int)problem_status(kind), "title", problem_title(kind)));
}
