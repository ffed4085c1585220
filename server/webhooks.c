#include "server/webhooks.h"

#include <jansson.h>
#include <pthread.h>
#include <sodium/randombytes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "config.h"
#include "server/api.h"
#include "server/breaker.h"
#include "server/curl_library.h"
#include "server/trace.h"
#include "server/webhook_guard.h"
#include "server/webhook_sign.h"

enum {
	CALLS_MAX = 16,
	CALL_MS = 10000,
	CONNECT_MS = 5000,
	ANSWER_BYTES_MAX = 64 * 1024,
	LEASE_MS = 60000,
	TICK_MS = 500,
	SWEEP_MS = 3600 * 1000,
	RETRY_AFTER_MAX_S = 3600,
	RUNNING_MAX = 256,
};
#define KEEP_MS (INT64_C(30) * 86400000)

/* Multiples of the first pause. */
static const int64_t pauses[] = { 1, 60, 360, 1440, 3600, 7200, 7200 };
enum { N_PAUSES = sizeof pauses / sizeof pauses[0] };

/* One delivery under way. */
struct call {
	struct webhooks *hooks;
	struct delivery delivery;
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	char why[CURL_ERROR_SIZE];
	char host[256];
	bool is_blocked; /* no address of the host may be called */
	size_t n_received;
	int64_t at_ms;
	uint64_t started_ns;
	struct call *next;
};

struct webhooks {
	struct webhooks_config config;
	pthread_t thread;
	CURLM *multi;
	_Atomic bool is_stopping;
	_Atomic bool is_asleep;      /* a notification must wake it */
	_Atomic uint64_t n_notified; /* either the thread sees the new number, or the notifier that it is asleep */
	_Atomic uint64_t n_delivered, n_failed, n_retried; /* relaxed: counters */
	/* Of the thread. */
	struct call *calls;
	unsigned n_calls;
	uint64_t ticked_ns, swept_ns;
	struct breaker_table breakers;
	struct queue_progress running[RUNNING_MAX];
};

char *webhook_message_id(const struct delivery *d, char out[WEBHOOK_MESSAGE_ID_SIZE])
{
	snprintf(out, WEBHOOK_MESSAGE_ID_SIZE, "msg_%s_%lld", d->job_id + strlen("job_"), (long long)d->id);
	return out;
}

/* --- One call --------------------------------------------------------------------------------------------------- */

/* The last moment before a connection is made, with the literal address. */
static curl_socket_t open_guarded(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct call *c = ctx;

	(void)purpose;
	if (!webhook_guard_allows(&address->addr, c->hooks->config.allowed)) {
		c->is_blocked = true;
		return CURL_SOCKET_BAD;
	}
	c->is_blocked = false;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What receivers answer is of no interest. */
static size_t drop_answer(char *data, size_t size, size_t n, void *ctx)
{
	struct call *c = ctx;

	(void)data;
	c->n_received += size * n;
	return c->n_received > ANSWER_BYTES_MAX ? 0 : size * n;
}

/* The job or the batch as GET shows it; NULL: it is gone. */
static json_t *read_subject(struct webhooks *w, const struct delivery *d)
{
	struct queue_view nowhere = { .eta_ms = -1 };
	struct batch batch;
	struct job job;
	json_t *j;

	if (strncmp(d->job_id, "bat_", 4) == 0)
		return storage_batch_get(w->config.storage, d->job_id, &batch, NULL) == 0 ? batch_json(&batch) : NULL;
	if (queue_get(w->config.queue, d->job_id, false, &job, NULL) < 0)
		return NULL;
	j = job_json(&job, &nowhere);
	job_fini(&job);
	return j;
}

/* {"type","timestamp","data"}. What was deleted is only named. */
static char *print_body(struct webhooks *w, const struct delivery *d)
{
	char at[CLOCK_RFC3339_SIZE], *text;
	json_t *data = read_subject(w, d), *root;

	if (!data)
		data = json_pack("{s:s}", "id", d->job_id);
	root = json_pack("{s:s, s:s, s:o}", "type", d->event, "timestamp", clock_format_rfc3339(d->created_at_ms, at),
			 "data", data);
	text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	json_decref(root);
	return text;
}

/* Takes line's text. -1: out of memory. */
static int add_header(struct call *c, const char *name, const char *value)
{
	char line[512];
	struct curl_slist *more;

	snprintf(line, sizeof line, "%s: %s", name, value);
	more = libcurl.slist_append(c->headers, line);
	if (!more)
		return -1;
	c->headers = more;
	return 0;
}

static int make_headers(struct call *c, const struct webhook_secrets *secrets)
{
	char id[WEBHOOK_MESSAGE_ID_SIZE], seconds[24], signatures[WEBHOOK_SIGNATURES_SIZE], trace[TRACEPARENT_SIZE];

	webhook_message_id(&c->delivery, id);
	snprintf(seconds, sizeof seconds, "%lld", (long long)(c->at_ms / 1000));
	webhook_sign(secrets, id, c->at_ms, c->body, strlen(c->body), signatures);
	if (add_header(c, "Content-Type", "application/json") || add_header(c, "webhook-id", id) ||
	    add_header(c, "webhook-timestamp", seconds) || add_header(c, "webhook-signature", signatures) ||
	    add_header(c, "User-Agent", "phonond/" PACKAGE_VERSION) || add_header(c, "Expect", ""))
		return -1;
	if (!trace_is_valid(c->delivery.traceparent))
		return 0;
	return add_header(c, "traceparent", trace_child(c->delivery.traceparent, trace));
}

static void set_options(struct call *c)
{
	libcurl.easy_setopt(c->easy, CURLOPT_URL, c->delivery.url);
	libcurl.easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	libcurl.easy_setopt(c->easy, CURLOPT_FOLLOWLOCATION, 0L);
	libcurl.easy_setopt(c->easy, CURLOPT_PROXY, "");
	libcurl.easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	libcurl.easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, (long)CALL_MS);
	libcurl.easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	libcurl.easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, open_guarded);
	libcurl.easy_setopt(c->easy, CURLOPT_OPENSOCKETDATA, c);
	/* A kept connection would answer to whom it was opened for, but the guard looks at new ones only. */
	libcurl.easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	libcurl.easy_setopt(c->easy, CURLOPT_FORBID_REUSE, 1L);
	libcurl.easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, drop_answer);
	libcurl.easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	libcurl.easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->why);
	libcurl.easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	libcurl.easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(c->body));
	libcurl.easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->body);
	libcurl.easy_setopt(c->easy, CURLOPT_PRIVATE, c);
}

static void free_call(struct call *c)
{
	libcurl.easy_cleanup(c->easy);
	libcurl.slist_free_all(c->headers);
	delivery_fini(&c->delivery);
	free(c->body);
	free(c);
}

/* "host:port" of the URL, for the breaker. */
static void copy_host(const char *url, char out[256])
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	snprintf(out, 256, "%.*s", (int)strcspn(host, "/?#"), host);
}

/* Takes what d owns, also on failure; then it is due again when the lease ends. */
static struct call *new_call(struct webhooks *w, struct delivery *d)
{
	struct call *c = calloc(1, sizeof *c);
	uint8_t fresh[WEBHOOK_SECRET_BYTES];
	struct webhook_secrets secrets;

	if (!c) {
		delivery_fini(d);
		return NULL;
	}
	c->hooks = w;
	c->delivery = *d;
	c->at_ms = clock_wall_ms();
	c->started_ns = clock_monotonic_ns();
	copy_host(d->url, c->host);
	randombytes_buf(fresh, sizeof fresh);
	c->body = print_body(w, d);
	c->easy = libcurl.easy_init();
	if (c->body && c->easy && storage_webhook_secrets(w->config.storage, d->key_id, fresh, &secrets, NULL) == 0 &&
	    make_headers(c, &secrets) == 0) {
		set_options(c);
		return c;
	}
	free_call(c);
	return NULL;
}

static void begin_call(struct webhooks *w, struct delivery *d)
{
	int64_t until_ms, now_ms = clock_wall_ms();
	struct call *c = new_call(w, d);

	if (!c)
		return;
	until_ms = breaker_open_until(&w->breakers, c->host, now_ms);
	if (until_ms == 0 && libcurl.multi_add_handle(w->multi, c->easy) == CURLM_OK) {
		c->next = w->calls;
		w->calls = c;
		w->n_calls++;
		return;
	}
	(void)!storage_delivery_postpone(w->config.storage, c->delivery.id, until_ms ? until_ms : now_ms + TICK_MS,
					 NULL);
	free_call(c);
}

/* --- What came of it --------------------------------------------------------------------------------------------- */

/* A fifth more or less, so that what failed together does not come back together. */
static int64_t jitter(int64_t ms)
{
	int64_t fifth = ms / 5;

	return fifth > 0 ? ms - fifth + (int64_t)(randombytes_random() % (uint64_t)(2 * fifth + 1)) : ms;
}

static int64_t next_pause(const struct call *c, long status)
{
	int64_t pause_ms = jitter(c->hooks->config.first_retry_ms * pauses[c->delivery.attempts]);
	curl_off_t asked_s = 0;

	if (status == 429 || status == 503)
		libcurl.easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &asked_s);
	if (asked_s > RETRY_AFTER_MAX_S)
		asked_s = RETRY_AFTER_MAX_S;
	return asked_s * 1000 > pause_ms ? (int64_t)asked_s * 1000 : pause_ms;
}

static bool is_last_try(const struct call *c)
{
	return c->is_blocked || c->delivery.attempts >= N_PAUSES || strcmp(c->delivery.event, "job.progress") == 0;
}

static struct delivery_outcome judge(const struct call *c, CURLcode code)
{
	struct delivery_outcome o = { .id = c->delivery.id, .status = "pending" };
	long status = 0;

	libcurl.easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK && c->n_received <= ANSWER_BYTES_MAX) {
		status = 0;
		snprintf(o.attempt.error, sizeof o.attempt.error, "%.159s",
			 c->is_blocked ? "the host has no address that may be called"
			 : c->why[0]   ? c->why
				       : libcurl.easy_strerror(code));
	}
	o.attempt.at_ms = c->at_ms;
	o.attempt.duration_ms = (int64_t)((clock_monotonic_ns() - c->started_ns) / 1000000u);
	o.attempt.http_status = (int)status;
	if (status >= 200 && status <= 299)
		o.status = "delivered";
	else if (status == 410)
		o.status = "disabled";
	else if (is_last_try(c))
		o.status = "failed";
	else
		o.next_at_ms = clock_wall_ms() + next_pause(c, status);
	return o;
}

static void count(struct webhooks *w, const struct delivery_outcome *o)
{
	_Atomic uint64_t *counter = strcmp(o->status, "delivered") == 0 ? &w->n_delivered
				    : o->next_at_ms                     ? &w->n_retried
									: &w->n_failed;

	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void log_outcome(const struct call *c, const struct delivery_outcome *o)
{
	char status[16], id[WEBHOOK_MESSAGE_ID_SIZE], trace[33];

	snprintf(status, sizeof status, "%d", o->attempt.http_status);
	log_event(strcmp(o->status, "delivered") == 0 ? LOG_INFO : LOG_WARN, "webhook", "webhook_id",
		  webhook_message_id(&c->delivery, id), "job_id", c->delivery.job_id, "key_id", c->delivery.key_id,
		  "event", c->delivery.event, "host", c->host, "status", status, "outcome", o->status, "error",
		  o->attempt.error, "trace_id", trace_id(c->delivery.traceparent, trace), NULL);
}

static void end_call(struct webhooks *w, struct call *c, CURLcode code)
{
	struct delivery_outcome o = judge(c, code);
	struct error err = ERROR_INIT;
	struct call **at = &w->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	w->n_calls--;
	libcurl.multi_remove_handle(w->multi, c->easy);
	breaker_note(&w->breakers, c->host, clock_wall_ms(),
		     o.attempt.http_status == 0 || o.attempt.http_status >= 500);
	if (storage_delivery_finish(w->config.storage, &o, &err) < 0)
		log_event(LOG_ERROR, "the outcome of a webhook was not written", "error", err.message, NULL);
	count(w, &o);
	log_outcome(c, &o);
	free_call(c);
}

static void end_calls(struct webhooks *w)
{
	CURLMsg *m;
	int n_left;

	while ((m = libcurl.multi_info_read(w->multi, &n_left)))
		if (m->msg == CURLMSG_DONE) {
			CURLcode code = m->data.result;
			void *c;
			libcurl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
			end_call(w, c, code);
		}
}

/* --- The thread -------------------------------------------------------------------------------------------------- */

/* Takes what is due; returns how long to sleep at most. */
static int begin_calls(struct webhooks *w)
{
	struct delivery due[CALLS_MAX];
	int64_t at_ms = 0, now_ms = clock_wall_ms();
	int n;

	if (w->n_calls == CALLS_MAX || storage_delivery_next_at(w->config.storage, &at_ms, NULL) < 0 || at_ms == 0)
		return TICK_MS;
	if (at_ms > now_ms)
		return at_ms - now_ms < TICK_MS ? (int)(at_ms - now_ms) : TICK_MS;
	n = storage_delivery_claim(w->config.storage, now_ms, LEASE_MS, due, CALLS_MAX - w->n_calls, NULL);
	for (int i = 0; i < n; i++)
		begin_call(w, &due[i]);
	return n > 0 ? 0 : TICK_MS;
}

static void tick(struct webhooks *w)
{
	uint64_t now = clock_monotonic_ns();
	size_t n;

	if (now - w->ticked_ns < TICK_MS * UINT64_C(1000000))
		return;
	w->ticked_ns = now;
	n = queue_running(w->config.queue, w->running, RUNNING_MAX);
	for (size_t i = 0; i < n; i++)
		(void)!storage_delivery_progress(w->config.storage, w->running[i].job_id, clock_wall_ms(), NULL);
	if (w->swept_ns && now - w->swept_ns < SWEEP_MS * UINT64_C(1000000))
		return;
	w->swept_ns = now;
	(void)!storage_delivery_sweep(w->config.storage, clock_wall_ms() - KEEP_MS, NULL);
}

/* Not at all when something was committed since `seen` was read. */
static void sleep_at_most(struct webhooks *w, int ms, uint64_t seen)
{
	bool is_late;

	atomic_store(&w->is_asleep, true);
	is_late = atomic_load(&w->is_stopping) || atomic_load(&w->n_notified) != seen;
	libcurl.multi_poll(w->multi, NULL, 0, is_late ? 0 : ms, NULL);
	atomic_store(&w->is_asleep, false);
}

/* Calls that the end of the process cuts off are due again at once. */
static void give_back_calls(struct webhooks *w)
{
	while (w->calls) {
		struct call *c = w->calls;
		w->calls = c->next;
		libcurl.multi_remove_handle(w->multi, c->easy);
		(void)!storage_delivery_postpone(w->config.storage, c->delivery.id, c->at_ms, NULL);
		free_call(c);
	}
	w->n_calls = 0;
}

static void *run(void *arg)
{
	struct webhooks *w = arg;
	int n_running;

	pthread_setname_np(pthread_self(), "webhooks");
	while (!atomic_load(&w->is_stopping)) {
		uint64_t seen = atomic_load(&w->n_notified);
		int sleep_ms = begin_calls(w);
		libcurl.multi_perform(w->multi, &n_running);
		end_calls(w);
		tick(w);
		sleep_at_most(w, sleep_ms, seen);
	}
	give_back_calls(w);
	return NULL;
}

void webhooks_notify(struct webhooks *w)
{
	atomic_fetch_add(&w->n_notified, 1);
	if (atomic_exchange(&w->is_asleep, false))
		libcurl.multi_wakeup(w->multi);
}

/* --- Start and end ------------------------------------------------------------------------------------------------ */

struct webhooks *webhooks_start(const struct webhooks_config *config, struct error *err)
{
	struct webhooks *w;
	int rc;

	if (webhook_guard_check_list(config->allowed, err) < 0 || curl_library_load(err))
		return NULL;
	w = calloc(1, sizeof *w);
	if (!w || libcurl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(w);
		error_set(err, ERR_NO_MEMORY, "no memory for webhooks");
		return NULL;
	}
	w->config = *config;
	w->breakers.pause_ms = 6 * config->first_retry_ms;
	w->multi = libcurl.multi_init();
	rc = w->multi ? pthread_create(&w->thread, NULL, run, w) : -1;
	if (rc == 0)
		return w;
	error_set(err, ERR_NO_MEMORY, "the thread for webhooks did not start");
	webhooks_free(w);
	return NULL;
}

void webhooks_stop(struct webhooks *w)
{
	atomic_store(&w->is_stopping, true);
	libcurl.multi_wakeup(w->multi);
	pthread_join(w->thread, NULL);
}

void webhooks_free(struct webhooks *w)
{
	if (!w)
		return;
	libcurl.multi_cleanup(w->multi);
	free(w);
	libcurl.global_cleanup();
}

struct webhook_counts webhooks_counts(const struct webhooks *w)
{
	return (struct webhook_counts){
		.delivered = atomic_load_explicit(&w->n_delivered, memory_order_relaxed),
		.failed = atomic_load_explicit(&w->n_failed, memory_order_relaxed),
		.retried = atomic_load_explicit(&w->n_retried, memory_order_relaxed),
	};
}
