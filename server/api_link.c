/* POST /jobs/{id}/link: a URL of the job's audio, or of a stem, that needs no key. */
#include <string.h>

#include "base/clock.h"
#include "server/api.h"
#include "server/link.h"
#include "server/problem.h"

enum { TTL_DEFAULT_S = 3600, TTL_MAX_S = 7 * 86400 };

/* {"ttl": seconds, "stem": name}, both optional, as is the body. -1: answered. */
static int read_wish(struct http_request *r, int64_t *ttl_s, const char **stem)
{
	json_error_t at;
	json_t *root, *ttl, *name;
	int rc = -1;

	*ttl_s = TTL_DEFAULT_S;
	*stem = NULL;
	if (r->body_len == 0)
		return 0;
	root = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, &at);
	ttl = json_object_get(root, "ttl");
	name = json_object_get(root, "stem");
	if (!json_is_object(root)) {
		problem_reply(r, PROBLEM_INVALID_JSON, "the body is an object with 'ttl' and 'stem'");
	} else if (json_object_size(root) != (size_t)(ttl != NULL) + (name != NULL)) {
		problem_reply(r, PROBLEM_INVALID, "a link has the options 'ttl' and 'stem'");
	} else if (ttl &&
		   (!json_is_integer(ttl) || json_integer_value(ttl) < 1 || json_integer_value(ttl) > TTL_MAX_S)) {
		problem_reply(r, PROBLEM_INVALID, "'ttl' is a number of seconds, 1..%d", TTL_MAX_S);
	} else if (name && !json_is_string(name)) {
		problem_reply(r, PROBLEM_INVALID, "'stem' is the name of a stem");
	} else {
		*ttl_s = ttl ? json_integer_value(ttl) : TTL_DEFAULT_S;
		*stem = name ? arena_strndup(&r->arena, json_string_value(name), json_string_length(name)) : NULL;
		rc = 0;
	}
	json_decref(root);
	return rc;
}

static bool is_name(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(s);
}

static void reply_link(struct app *app, struct http_request *r, const struct job *job, const char *stem, int64_t ttl_s)
{
	int64_t expires_s = clock_wall_ms() / 1000 + ttl_s;
	char signature[LINK_SIGNATURE_SIZE], at[CLOCK_RFC3339_SIZE];
	const char *path = stem ? arena_printf(&r->arena, "/jobs/%s/stems/%s", job->id, stem)
				: arena_printf(&r->arena, "/jobs/%s/audio", job->id);

	if (!path) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the link");
		return;
	}
	link_sign(storage_link_secret(app->storage), path, expires_s, signature);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 201,
		       json_pack("{s:o, s:s}", "url",
				 json_sprintf("%s?expires=%lld&signature=%s", path, (long long)expires_s, signature),
				 "expires_at", clock_format_rfc3339(expires_s * 1000, at)));
}

void api_link(void *ctx, struct http_request *r)
{
	const char *stem;
	struct job job;
	int64_t ttl_s;

	if (read_wish(r, &ttl_s, &stem) < 0 || api_load_job(ctx, r, false, &job) < 0)
		return;
	if (stem && !is_name(stem))
		problem_reply(r, PROBLEM_INVALID, "'stem' is the name of a stem");
	else
		reply_link(ctx, r, &job, stem, ttl_s);
	job_fini(&job);
}
