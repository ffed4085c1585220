#include "server/remote_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "config.h"

enum { CONNECT_S = 10, STALLED_S = 60, ANSWER_BYTES_MAX = 4 << 20, URL_SIZE = 2048 };

/* --- What libcurl calls --- */

static size_t take_body(char *data, size_t size, size_t n, void *ctx)
{
	struct remote_call *c = ctx;
	long status = 0;

	n *= size;
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!c->sink || status != 200)
		return buf_append(&c->body, data, n) == 0 ? n : 0;
	c->is_sink_broken = sink_write_at(c->sink, c->n_received, data, n, c->sink_err) < 0;
	if (c->is_sink_broken)
		return 0;
	sha256_update(&c->digest, data, n);
	c->n_received += n;
	return n;
}

/* Retry-After in seconds; nobody says dates here. */
static size_t take_header(char *line, size_t size, size_t n, void *ctx)
{
	static const char name[] = "retry-after:";
	struct remote_call *c = ctx;

	n *= size;
	if (n > sizeof name && strncasecmp(line, name, sizeof name - 1) == 0)
		c->retry_after_s = strtod(line + sizeof name - 1, NULL);
	return n;
}

static int look_for_cancel(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	const struct remote_call *c = ctx;

	(void)down_total, (void)down, (void)up_total, (void)up;
	return c->control && atomic_load_explicit(&c->control->cancel, memory_order_relaxed);
}

/* --- Requests --- */

int remote_call_init(struct remote_call *c, const struct remote *remote, struct job_control *control, struct error *err)
{
	const char *ca = getenv("CURL_CA_BUNDLE");

	*c = (struct remote_call){ .remote = remote, .control = control, .body.max_len = ANSWER_BYTES_MAX };
	c->easy = curl_easy_init();
	if (!c->easy)
		return error_set(err, ERR_NO_MEMORY, "no memory for a connection");
	if (ca && *ca)
		curl_easy_setopt(c->easy, CURLOPT_CAINFO, ca);
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "phonond/" PACKAGE_VERSION);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(c->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_LOW_SPEED_TIME, (long)STALLED_S);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->why);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c->easy, CURLOPT_XFERINFOFUNCTION, look_for_cancel);
	curl_easy_setopt(c->easy, CURLOPT_XFERINFODATA, c);
	return 0;
}

void remote_call_fini(struct remote_call *c)
{
	curl_easy_cleanup(c->easy);
	buf_fini(&c->body);
}

static void add_header(struct curl_slist **list, const char *name, const char *value)
{
	char line[512];
	struct curl_slist *longer;

	snprintf(line, sizeof line, "%s: %s", name, value);
	longer = curl_slist_append(*list, line);
	*list = longer ? longer : *list;
}

static struct curl_slist *list_headers(const struct remote_call *c, bool has_json, const char *idempotency_key)
{
	const char *key = c->remote->key ? c->remote->key : getenv("PHONOND_API_KEY");
	struct curl_slist *list = NULL;
	char bearer[256];

	if (key && *key) {
		snprintf(bearer, sizeof bearer, "Bearer %s", key);
		add_header(&list, "Authorization", bearer);
	}
	if (has_json)
		add_header(&list, "Content-Type", "application/json");
	if (idempotency_key)
		add_header(&list, "Idempotency-Key", idempotency_key);
	return list;
}

static int print_url(const struct remote_call *c, const char *path, char out[URL_SIZE])
{
	size_t n = strlen(c->remote->url);

	while (n > 0 && c->remote->url[n - 1] == '/')
		n--;
	return snprintf(out, URL_SIZE, "%.*s%s", (int)n, c->remote->url, path) < URL_SIZE ? 0 : -1;
}

static int perform(struct remote_call *c, const char *path, struct curl_slist *headers)
{
	char url[URL_SIZE];
	double connect_s = 0;
	CURLcode rc;

	buf_fini(&c->body);
	c->body.max_len = ANSWER_BYTES_MAX;
	c->status = 0;
	c->retry_after_s = -1;
	c->why[0] = '\0';
	if (print_url(c, path, url) < 0) {
		snprintf(c->why, sizeof c->why, "the URL is too long");
		return -1;
	}
	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, headers);
	rc = curl_easy_perform(c->easy);
	curl_easy_getinfo(c->easy, CURLINFO_CONNECT_TIME, &connect_s);
	c->was_reached |= connect_s > 0;
	if (rc == CURLE_OK)
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->status);
	else if (!c->why[0])
		snprintf(c->why, sizeof c->why, "%s", curl_easy_strerror(rc));
	return rc == CURLE_OK ? 0 : -1;
}

int remote_call_ask(struct remote_call *c, const char *method, const char *path, const char *json,
		    const char *idempotency_key)
{
	bool is_post = strcmp(method, "POST") == 0;
	struct curl_slist *headers = list_headers(c, json != NULL, idempotency_key);
	int failed;

	if (is_post) {
		curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, json ? json : "");
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(json ? strlen(json) : 0));
	} else {
		curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L);
	}
	failed = perform(c, path, headers);
	curl_slist_free_all(headers);
	return failed;
}

int remote_call_download(struct remote_call *c, const char *path, struct sink *sink, uint8_t sha256[SHA256_BYTES],
			 struct error *err)
{
	int failed;

	c->sink = sink;
	c->sink_err = err;
	c->is_sink_broken = false;
	c->n_received = 0;
	sha256_init(&c->digest);
	failed = remote_call_ask(c, "GET", path, NULL, NULL);
	c->sink = NULL;
	sha256_final(&c->digest, sha256);
	return failed || c->status != 200 ? -1 : 0;
}

/* --- Answers --- */

json_t *remote_call_json(const struct remote_call *c)
{
	return c->body.data ? json_loadb(c->body.data, c->body.len, 0, NULL) : NULL;
}

static uint32_t offset_of(const json_t *place, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(place, name));

	return n > 0 && n <= RENDER_SOURCE_BYTES_MAX ? (uint32_t)n : 0;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

void remote_take_diags(const json_t *list, struct diag_list *diags)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const json_t *place = json_object_get(item, "source");
		uint32_t start = offset_of(place, "offset");
		enum diag_severity severity =
			strcmp(text_of(item, "severity"), "warning") == 0 ? DIAG_WARNING : DIAG_ERROR;
		struct diag *d;

		if (!place)
			continue;
		d = diag_add(diags, severity, text_of(item, "code"),
			     (struct span){ start, start + offset_of(place, "length") }, "%s",
			     text_of(item, "message"));
		if (text_of(item, "suggestion")[0])
			diag_hint(d, "%s", text_of(item, "suggestion"));
	}
}

static int status_of_http(long status)
{
	switch (status) {
	case 401:
	case 403:
		return EX_NOPERM;
	case 200:
	case 201:
	case 202:
	case 404:
	case 405:
		return EX_UNAVAILABLE; /* something else answers there */
	case 409:
	case 410:
	case 429:
	case 503:
	case 504:
	case 507:
		return EX_TEMPFAIL;
	default:
		return status >= 500 ? EX_SOFTWARE : EX_USAGE;
	}
}

/* The first complaint about an option says more than "An option is not valid". */
static const char *detail_of(const json_t *problem)
{
	const json_t *first = json_array_get(json_object_get(problem, "errors"), 0);
	const char *message = text_of(first, "message");

	return message[0] ? message : text_of(problem, "detail");
}

int remote_call_explain(const struct remote_call *c, struct diag_list *diags, struct error *err)
{
	json_t *problem;
	int status;

	if (c->status == 0) {
		error_set(err, ERR_IO, "%s: %s", c->remote->url, c->why);
		return EX_UNAVAILABLE;
	}
	problem = remote_call_json(c);
	status = status_of_http(c->status);
	if (strcmp(text_of(problem, "code"), "source_error") == 0) {
		remote_take_diags(json_object_get(problem, "errors"), diags);
		status = EX_DATAERR;
		error_set(err, ERR_SOURCE, "the program has errors");
	} else if (strcmp(text_of(problem, "code"), "too_large") == 0) {
		status = EX_DATAERR;
		error_set(err, ERR_TOO_LARGE, "%.200s", detail_of(problem));
	} else {
		error_set(err, status == EX_TEMPFAIL ? ERR_BUSY : ERR_INVALID, "%s answered %ld%s%.150s",
			  c->remote->url, c->status, problem ? ": " : "", detail_of(problem));
	}
	json_decref(problem);
	return status;
}
