/* What a handler may ask of a request: its headers, its query, who sent it; and the id that it goes by. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "server/http_impl.h"

const char *http_header(struct http_request *r, const char *name)
{
	const char *joined = NULL;

	for (size_t i = 0; i < r->n_headers; i++) {
		if (strcasecmp(r->headers[i].name, name) != 0)
			continue;
		joined = joined ? arena_printf(&r->arena, "%s, %s", joined, r->headers[i].value) : r->headers[i].value;
		if (!joined)
			return NULL;
	}
	return joined;
}

const char *http_query(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->n_query; i++)
		if (strcmp(r->query[i].name, name) == 0)
			return r->query[i].value;
	return NULL;
}

const char *http_peer(struct http_request *r)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange_of(r)->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *peer = info ? info->client_addr : NULL;
	char text[INET6_ADDRSTRLEN] = "?";
	const char *copy;

	if (peer && peer->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, text, sizeof text);
	} else if (peer && peer->sa_family == AF_INET6) {
		/* Whoever has one address of a /64 has them all. */
		struct in6_addr network = ((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
		memset(network.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &network, text, sizeof text);
	}
	copy = arena_printf(&r->arena, "%s%s", text, peer && peer->sa_family == AF_INET6 ? "/64" : "");
	return copy ? copy : "?";
}

static enum MHD_Result count_header(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len,
				    const char *value, size_t value_len)
{
	(void)kind, (void)name, (void)name_len, (void)value, (void)value_len;
	++*(size_t *)ctx;
	return MHD_YES;
}

static enum MHD_Result collect_header(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len,
				      const char *value, size_t value_len)
{
	struct exchange *e = ctx;
	struct http_pair *h = &e->request.headers[e->request.n_headers++];

	(void)kind;
	h->name = arena_strndup(&e->request.arena, name, name_len);
	h->value = arena_strndup(&e->request.arena, value ? value : "", value ? value_len : 0);
	if (!h->name || !h->value || strlen(h->name) != name_len || strlen(h->value) != (value ? value_len : 0)) {
		e->is_malformed = true;
		e->request.n_headers--;
		return MHD_NO;
	}
	return MHD_YES;
}

void http_collect_headers(struct exchange *e)
{
	size_t n = 0;

	MHD_get_connection_values_n(e->connection, MHD_HEADER_KIND, count_header, &n);
	e->request.headers = ARENA_ARRAY(&e->request.arena, n, struct http_pair);
	if (e->request.headers)
		MHD_get_connection_values_n(e->connection, MHD_HEADER_KIND, collect_header, e);
	else
		e->is_malformed = true;
}

/* A request id goes into logs and back to the client: letters, digits and "._-" only. */
static bool is_sane_id(const char *s)
{
	size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") : 0;

	return n > 0 && n < HTTP_REQUEST_ID_SIZE && s[n] == '\0';
}

void http_choose_id(struct http_request *r)
{
	const char *given = http_header(r, "X-Request-Id");
	unsigned long long random = 0;

	if (is_sane_id(given)) {
		snprintf(r->id, sizeof r->id, "%s", given);
		return;
	}
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = clock_monotonic_ns();
	snprintf(r->id, sizeof r->id, "req_%016llx", random);
}
