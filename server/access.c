#include "server/access.h"

#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "server/key_text.h"
#include "server/link.h"
#include "server/problem.h"
#include "server/rate.h"

enum {
	FAILURES_MAX = 20, /* wrong keys of an address in a window, before it is told to wait */
	FAILURES_WINDOW_S = 60,
	MINUTE_S = 60,
	TOUCH_S = 60,             /* last_used is that exact */
	KEYS_LOOK_NS = 500000000, /* how long "there are no keys" is believed */
};

/* Routes that differ from the rule: reading needs SCOPE_READ, everything else SCOPE_RENDER. A path may end in '*'. */
static const struct rule {
	const char *method, *path;
	unsigned scope; /* 0: public */
} rules[] = {
	{ "GET", "/", 0 },
	{ "GET", "/livez", 0 },
	{ "GET", "/readyz", 0 },
	{ "GET", "/version", 0 },
	{ "GET", "/openapi.json", 0 },
	{ "GET", "/openapi.yaml", 0 },
	{ "GET", "/problems/{id}", 0 },
	{ "GET", "/nodes", 0 },
	{ "GET", "/examples", 0 },
	{ "GET", "/assets/{file}", 0 },
	{ "GET", "/licenses", 0 },
	{ "POST", "/jobs/{id}/link", SCOPE_READ },
	{ "POST", "/check", SCOPE_READ },
	{ "POST", "/estimate", SCOPE_READ },
	{ "POST", "/events", SCOPE_READ },
	{ "POST", "/format", SCOPE_READ },
	{ "GET", "/r/{file}", SCOPE_RENDER },
	{ "GET", "/webhooks/secret", SCOPE_RENDER },
	{ "GET", "/metrics", SCOPE_ADMIN },
	{ "GET", "/queue", SCOPE_ADMIN },
	{ "POST", "/queue/pause", SCOPE_ADMIN },
	{ "POST", "/queue/resume", SCOPE_ADMIN },
};

static const char *const submissions[] = { "/render", "/jobs/{id}/retry", "/jobs/{id}/verify", "/batches" };

static bool is_path(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, path, n - 1) == 0;
	return strcmp(pattern, path) == 0;
}

static unsigned scope_of(const char *method, const char *path)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (strcmp(rules[i].method, method) == 0 && is_path(rules[i].path, path))
			return rules[i].scope;
	return strcmp(method, "GET") == 0 ? SCOPE_READ : SCOPE_RENDER;
}

static bool is_submission(const char *method, const char *path)
{
	for (size_t i = 0; i < sizeof submissions / sizeof submissions[0]; i++)
		if (strcmp(method, "POST") == 0 && strcmp(submissions[i], path) == 0)
			return true;
	return false;
}

/* --- Are there keys? ---------------------------------------------------------------------------------------- */

/* Once there is one it stays so: revoked keys are kept. A database that cannot be read counts as one with keys. */
static bool has_keys(struct app *app)
{
	uint64_t now = clock_monotonic_ns(), n = 1;

	if (atomic_load_explicit(&app->has_keys, memory_order_relaxed))
		return true;
	if (now - atomic_load_explicit(&app->keys_looked_ns, memory_order_relaxed) < KEYS_LOOK_NS)
		return false;
	if (storage_key_count(app->storage, &n, NULL) == 0 && n == 0) {
		atomic_store_explicit(&app->keys_looked_ns, now, memory_order_relaxed);
		return false;
	}
	if (n > 0)
		atomic_store_explicit(&app->has_keys, true, memory_order_relaxed);
	return true;
}

int access_check_exposure(const struct app *app, bool is_loopback, struct error *err)
{
	uint64_t n;

	if (is_loopback || app->config.is_auth_waived)
		return 0;
	if (storage_key_count(app->storage, &n, err) < 0)
		return -1;
	if (n > 0)
		return 0;
	return error_set(
		err, ERR_INVALID,
		"--listen %s lets others than this machine in and there are no keys: make one with 'phonond keys"
		" create', or say --no-auth if that is meant",
		app->config.listen);
}

/* --- Whose key? --------------------------------------------------------------------------------------------- */

static const char *bearer_of(struct http_request *r)
{
	const char *value = http_header(r, "Authorization");

	if (!value || strncasecmp(value, "Bearer ", 7) != 0)
		return NULL;
	value += 7;
	return value + strspn(value, " ");
}

/* Compares in constant time, with something in any case: an unknown id takes as long as a wrong secret. */
static bool is_valid(const struct api_key *key, const uint8_t hash[SHA256_BYTES], int64_t now_ms)
{
	bool is_secret = sodium_memcmp(key->secret_hash, hash, SHA256_BYTES) == 0;
	bool is_old = sodium_memcmp(key->old_hash, hash, SHA256_BYTES) == 0;

	is_old = is_old && key->has_old && now_ms < key->old_until_ms;
	return (is_secret || is_old) && !key->revoked_at_ms && (!key->expires_at_ms || now_ms < key->expires_at_ms);
}

static void note_use(struct app *app, const struct api_key *key, int64_t now_ms)
{
	char name[KEY_ID_SIZE + 8];

	snprintf(name, sizeof name, "use:%s", key->id);
	if (rate_take(app->rates, name, 1, TOUCH_S).is_allowed)
		(void)!storage_key_touch(app->storage, key->id, now_ms, NULL);
}

/* 1: *c is the key's; 0: there is no such key; -1: the database could not be read. */
static int identify(struct app *app, const char *text, struct caller *c, struct error *err)
{
	struct api_key key = { .id = "" };
	int64_t now_ms = clock_wall_ms();
	uint8_t hash[SHA256_BYTES];
	char id[KEY_ID_SIZE];

	if (key_text_parse(text, id, hash) < 0)
		return 0;
	if (storage_key_get(app->storage, id, &key, err) < 0 && err->code != ERR_NOT_FOUND)
		return -1;
	if (!is_valid(&key, hash, now_ms) || !key.id[0])
		return 0;
	note_use(app, &key, now_ms);
	memcpy(c->key_id, id, sizeof c->key_id);
	memcpy(c->name, key.name, sizeof c->name);
	c->scopes = key.scopes & SCOPE_ADMIN ? SCOPE_ADMIN | SCOPE_READ | SCOPE_RENDER : key.scopes;
	c->expires_at_ms = key.expires_at_ms;
	c->limits = key.limits;
	return 1;
}

/* --- Limits of rates ---------------------------------------------------------------------------------------- */

static void refuse_rate(struct http_request *r, const struct rate_state *state, const char *detail)
{
	http_add_header(r, "Retry-After", "%u", state->reset_s);
	problem_reply(r, PROBLEM_RATE_LIMITED, "%s", detail);
}

/* Wrong keys are counted per address; too many, and the next ones are told to wait. A valid key passes all the same, since
 * many clients may come from one address, a proxy's. */
static int check_guessing(struct app *app, struct http_request *r)
{
	char name[80];
	struct rate_state state;

	snprintf(name, sizeof name, "fail:%s", http_peer(r));
	state = rate_take(app->rates, name, FAILURES_MAX, FAILURES_WINDOW_S);
	if (state.is_allowed)
		return 0;
	refuse_rate(r, &state, "too many requests from this address had no valid key");
	return -1;
}

static void add_rate_headers(struct http_request *r, uint64_t limit, const struct rate_state *state)
{
	http_add_header(r, "RateLimit-Policy", "\"jobs\";q=%llu;w=%d", (unsigned long long)limit, MINUTE_S);
	http_add_header(r, "RateLimit", "\"jobs\";r=%llu;t=%u", (unsigned long long)state->remaining, state->reset_s);
}

int access_count_submission(struct app *app, struct http_request *r)
{
	const struct caller *c = r->caller;
	char name[80];
	uint64_t limit = c->limits.jobs_per_minute;
	unsigned per_ip = atomic_load_explicit(&app->rate_per_ip, memory_order_relaxed);
	struct rate_state state;

	if (per_ip > 0) {
		snprintf(name, sizeof name, "ip:%s", http_peer(r));
		state = rate_take(app->rates, name, per_ip, MINUTE_S);
		if (limit == 0)
			add_rate_headers(r, per_ip, &state);
		if (!state.is_allowed) {
			refuse_rate(r, &state, "this address submits too often");
			return -1;
		}
	}
	if (limit == 0)
		return 0;
	snprintf(name, sizeof name, "key:%s", c->key_id);
	state = rate_take(app->rates, name, limit, MINUTE_S);
	add_rate_headers(r, limit, &state);
	if (state.is_allowed)
		return 0;
	refuse_rate(r, &state, "this key submits too often; RateLimit-Policy says how often it may");
	return -1;
}

/* --- Signed links ------------------------------------------------------------------------------------------- */

static bool may_have_link(const char *method, const char *path)
{
	return strcmp(method, "GET") == 0 &&
	       (strcmp(path, "/jobs/{id}/audio") == 0 || strcmp(path, "/jobs/{id}/stems/{name}") == 0);
}

/* 1: let in by its link, 0: it has none, -1: answered. */
static int check_link(struct app *app, struct http_request *r, struct caller *c)
{
	const char *expires = http_query(r, "expires"), *signature = http_query(r, "signature");

	if (!signature)
		return 0;
	if (!link_is_valid(storage_link_secret(app->storage), r->path, expires ? expires : "", signature,
			   clock_wall_ms() / 1000)) {
		problem_reply(r, PROBLEM_FORBIDDEN, "the link is not valid, or no longer");
		return -1;
	}
	c->scopes = SCOPE_READ;
	c->has_link = true;
	return 1;
}

/* --- The decision -------------------------------------------------------------------------------------------- */

static int refuse_unknown(struct app *app, struct http_request *r, bool has_sent_key)
{
	if (has_sent_key && check_guessing(app, r) < 0)
		return -1;
	http_add_header(r, "WWW-Authenticate", "Bearer realm=\"phonond\"%s",
			has_sent_key ? ", error=\"invalid_token\"" : "");
	problem_reply(r, PROBLEM_UNAUTHORIZED,
		      has_sent_key ? "the key is not valid" : "send a key: 'Authorization: Bearer phk_…'");
	return -1;
}

static int require_key(struct app *app, struct http_request *r, struct caller *c)
{
	const char *text = bearer_of(r);
	struct error err = ERROR_INIT;
	int rc;

	if (!text)
		return refuse_unknown(app, r, false);
	rc = identify(app, text, c, &err);
	if (rc == 0)
		return refuse_unknown(app, r, true);
	if (rc < 0)
		problem_reply_error(r, &err);
	return rc < 0 ? -1 : 0;
}

int access_admit(struct app *app, struct http_request *r, const char *method, const char *path)
{
	struct caller *c = ARENA_NEW(&r->arena, struct caller);
	unsigned scope = scope_of(method, path);

	if (!c) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the request");
		return -1;
	}
	r->caller = c;
	if (may_have_link(method, path) && check_link(app, r, c) != 0)
		return c->has_link ? 0 : -1;
	if (app->config.is_auth_waived || !has_keys(app))
		c->scopes = SCOPE_READ | SCOPE_RENDER | SCOPE_ADMIN;
	else if (scope != 0 && require_key(app, r, c) < 0)
		return -1;
	if ((c->scopes & scope) != scope) {
		problem_reply(r, PROBLEM_FORBIDDEN, "this key lacks the scope '%s'",
			      scope == SCOPE_ADMIN  ? "admin"
			      : scope == SCOPE_READ ? "read"
						    : "render");
		return -1;
	}
	return is_submission(method, path) ? access_count_submission(app, r) : 0;
}

bool access_may_see(const struct http_request *r, const char *owner_key_id)
{
	return r->caller->has_link || (r->caller->scopes & SCOPE_ADMIN) || strcmp(r->caller->key_id, owner_key_id) == 0;
}

const char *access_list_owner(const struct http_request *r)
{
	return r->caller->scopes & SCOPE_ADMIN ? NULL : r->caller->key_id;
}
