#include "server/cors.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PREFLIGHT_AGE_S = 86400 };

/* Request headers that a browser may send without asking are not listed. */
#define REQUEST_HEADERS                                                                                                \
	"Authorization, Content-Type, Prefer, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, "             \
	"Last-Event-ID, Cancel-After, Repr-Digest, Content-Digest, "                                                   \
	"Cache-Control, traceparent, X-Request-Id"
#define ANSWER_HEADERS                                                                                                 \
	"ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, Content-Range, Accept-Ranges, "               \
	"Content-Disposition, Repr-Digest, Preference-Applied, Idempotency-Replayed, X-Request-Id"

struct cors {
	pthread_mutex_t lock; /* rank 26: origins */
	char *origins;        /* NULL: off */
};

struct cors *cors_new(struct error *err)
{
	struct cors *c = calloc(1, sizeof *c);

	if (!c) {
		error_set(err, ERR_NO_MEMORY, "no memory for the list of origins");
		return NULL;
	}
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void cors_free(struct cors *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c->origins);
	free(c);
}

int cors_set(struct cors *c, const char *origins, struct error *err)
{
	char *copy = origins && *origins ? strdup(origins) : NULL, *old;

	if (origins && *origins && !copy)
		return error_set(err, ERR_NO_MEMORY, "no memory for the list of origins");
	pthread_mutex_lock(&c->lock);
	old = c->origins;
	c->origins = copy;
	pthread_mutex_unlock(&c->lock);
	free(old);
	return 0;
}

static bool is_listed(const char *list, const char *word)
{
	size_t n_word = strlen(word);

	for (size_t n; *list; list += n) {
		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n > 0 && n == n_word && memcmp(list, word, n) == 0)
			return true;
	}
	return false;
}

enum verdict { OFF, REFUSED, ALLOWED, ALLOWED_TO_ALL };

static enum verdict judge(struct cors *c, const char *origin)
{
	enum verdict v = REFUSED;

	pthread_mutex_lock(&c->lock);
	if (!c->origins)
		v = OFF;
	else if (is_listed(c->origins, "*"))
		v = ALLOWED_TO_ALL;
	else if (origin && is_listed(c->origins, origin))
		v = ALLOWED;
	pthread_mutex_unlock(&c->lock);
	return v;
}

void cors_begin(struct cors *c, struct http_request *r)
{
	const char *origin = http_header(r, "Origin");
	enum verdict v = judge(c, origin);

	if (v == REFUSED || v == ALLOWED)
		http_add_header(r, "Vary", "Origin"); /* also without one: a cache must not mix the answers */
	if (!origin || v == OFF || v == REFUSED)
		return;
	http_add_header(r, "Access-Control-Allow-Origin", "%s", v == ALLOWED ? origin : "*");
	http_add_header(r, "Access-Control-Expose-Headers", "%s", ANSWER_HEADERS);
}

void cors_preflight(struct cors *c, struct http_request *r, const char *methods)
{
	const char *origin = http_header(r, "Origin");
	enum verdict v = judge(c, origin);

	if (!origin || v == OFF || v == REFUSED || !http_header(r, "Access-Control-Request-Method"))
		return;
	http_add_header(r, "Access-Control-Allow-Methods", "%s", methods);
	http_add_header(r, "Access-Control-Allow-Headers", "%s", REQUEST_HEADERS);
	http_add_header(r, "Access-Control-Max-Age", "%d", PREFLIGHT_AGE_S);
}
