#include "server/server.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "server/access.h"
#include "server/app.h"
#include "server/background.h"
#include "server/cors.h"
#include "server/events.h"
#include "server/http.h"
#include "server/listen.h"
#include "server/live.h"
#include "server/metrics.h"
#include "server/rate.h"
#include "server/routes.h"
#include "server/runner.h"
#include "server/scheduler.h"
#include "server/tls.h"
#include "server/webhooks.h"

enum {
	SUSPENDED_MAX = 2048,   /* requests that wait for a job; beyond, `Prefer: wait` is not followed */
	REQUESTS_END_MS = 5000, /* for answers under way when everything else has stopped */
	FILES_BESIDE_CONNECTIONS = 512,
	BACKGROUND_THREADS = 2, /* uploads decoded at once */
};

struct server {
	struct app app;
	struct runner runner;
	struct http_server *http;
};

void server_config_init(struct server_config *config)
{
	*config = (struct server_config){
		.listen_fd = -1,
		.listen = "127.0.0.1",
		.port = 8080,
		.data_dir = "data",
		.log_level = LOG_INFO,
		.io = IO_AUTO,
		.n_http_threads = 16, /* each waits for its submission's commit: as many share one */
		.n_short_runners = 1,
		.max_queued = 10000,
		.max_body_bytes = 1024 * 1024,
		.max_sample_bytes = (size_t)64 << 20,
		.max_samples_bytes = (size_t)16 << 30,
		.max_duration_s = 3600,
		.checkpoint_interval_ms = 5000,
		.checkpoint_cost = 1,
		.max_connections = 4096,
		.max_connections_per_ip = 64,
		.max_wait_s = 60,
		.header_timeout_ms = 10000,
		.body_timeout_ms = 60000,
		.idle_timeout_ms = 75000,
		.heartbeat_ms = 15000,
		.webhook_retry_ms = 5000,
		.drain_timeout_ms = 25000,
	};
}

/* Each connection needs a descriptor, and so does each download. Raised as far as the hard limit allows. */
static void raise_file_limit(unsigned n_connections)
{
	rlim_t wanted = (rlim_t)n_connections * 2 + FILES_BESIDE_CONNECTIONS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_storage(struct server *s, struct error *err)
{
	const struct server_config *c = &s->app.config;
	struct storage_config config = { .data_dir = c->data_dir, .io = c->io };

	s->app.storage = storage_open(&config, err);
	return s->app.storage ? 0 : -1;
}

static int start_engine(struct server *s, struct error *err)
{
	const struct server_config *c = &s->app.config;
	struct render_config config = {
		.n_threads = c->n_threads,
		.block_frames = c->block_frames,
		.samples_dir = c->samples_dir,
		.job_memory_bytes = c->job_memory_bytes,
		.job_duration_s = c->max_duration_s,
		.checkpoint_interval_s = (double)c->checkpoint_interval_ms / 1000,
		.checkpoint_cost_max = c->checkpoint_cost >= 100 ? 0 : c->checkpoint_cost / 100.0,
	};

	s->app.live = live_start(s->app.storage, err);
	if (!s->app.live)
		return -1;
	s->app.engine = render_engine_new(&config, err);
	if (s->app.engine)
		return 0;
	live_stop(s->app.live);
	live_free(s->app.live);
	return -1;
}

static void stop_engine(struct server *s)
{
	render_engine_free(s->app.engine);
	live_stop(s->app.live);
	live_free(s->app.live);
}

static int start_queue(struct server *s, struct error *err)
{
	const struct server_config *c = &s->app.config;
	struct queue_config config = {
		.storage = s->app.storage,
		.n_runners = c->n_runners ? c->n_runners : c->n_threads,
		.n_short_runners = c->n_short_runners,
		.max_queued = c->max_queued,
		.max_bytes = c->store_max_bytes,
	};

	s->runner = (struct runner){
		.engine = s->app.engine,
		.storage = s->app.storage,
		.metrics = s->app.metrics,
		.live = s->app.live,
		.max_cpu_s = c->max_cpu_s,
	};
	config.runner = runner_interface(&s->runner);
	s->app.queue = queue_new(&config, err);
	if (s->app.queue)
		queue_set_tick(s->app.queue, scheduler_tick, &s->app);
	return s->app.queue ? 0 : -1;
}

static int start_http(struct server *s, struct error *err)
{
	const struct server_config *c = &s->app.config;
	struct http_config config = {
		.listen = c->listen,
		.listen_fd = c->listen_fd,
		.port = c->port,
		.is_tls = c->tls_cert != NULL,
		.n_threads = c->n_http_threads,
		.max_connections = c->max_connections,
		.max_connections_per_ip = c->max_connections_per_ip,
		.max_suspended = SUSPENDED_MAX,
		.header_timeout_ms = c->header_timeout_ms,
		.body_timeout_ms = c->body_timeout_ms,
		.idle_timeout_ms = c->idle_timeout_ms,
		.app = { &s->app, routes_begin, routes_handle, routes_ended },
	};

	s->http = http_start(&config, err);
	return s->http ? 0 : -1;
}

/* ERR_INVALID: one of two files is missing, or as tls_load(). */
static int load_certificate(const struct server_config *c, struct error *err)
{
	if (!c->tls_cert != !c->tls_key)
		return error_set(err, ERR_INVALID, "--tls-cert and --tls-key go together");
	return c->tls_cert ? tls_load(c->tls_cert, c->tls_key, err) : 0;
}

/* Keys and limits; refuses to be open to the network by accident. */
static int open_access(struct server *s, struct error *err)
{
	const struct server_config *c = &s->app.config;
	bool is_loopback = c->listen_fd >= 0 ? listen_fd_is_loopback(c->listen_fd) : listen_is_loopback(c->listen);

	if (access_check_exposure(&s->app, is_loopback, err) < 0)
		return -1;
	s->app.rates = rate_new(err);
	s->app.metrics = s->app.rates ? metrics_new(err) : NULL;
	s->app.cors = s->app.metrics ? cors_new(err) : NULL;
	return s->app.cors ? cors_set(s->app.cors, s->app.config.cors_origins, err) : -1;
}

void server_reload(struct server *s, const struct server_config *config)
{
	struct error err = ERROR_INIT;

	log_configure(config->log_level, config->log_format);
	if (cors_set(s->app.cors, config->cors_origins, &err) < 0)
		log_event(LOG_ERROR, "the list of origins stays as it was", "error", err.message, NULL);
	if (s->app.config.tls_cert && config->tls_cert && load_certificate(config, &err) < 0)
		log_event(LOG_ERROR, "the certificate stays as it was", "error", err.message, NULL);
	atomic_store_explicit(&s->app.rate_per_ip, config->rate_per_ip, memory_order_relaxed);
}

/* On the storage's writer thread. */
static void on_commit(void *ctx)
{
	struct app *app = ctx;

	events_notify(app->events);
	webhooks_notify(app->webhooks);
}

/* What tells of changes: streams and webhooks. */
static int start_telling(struct server *s, struct error *err)
{
	const struct server_config *c = &s->app.config;
	struct webhooks_config config = { .storage = s->app.storage,
					  .queue = s->app.queue,
					  .allowed = c->webhook_allow,
					  .first_retry_ms = c->webhook_retry_ms };

	s->app.events = events_start(s->app.storage, s->app.queue, c->heartbeat_ms, err);
	if (!s->app.events)
		return -1;
	s->app.webhooks = webhooks_start(&config, err);
	if (s->app.webhooks) {
		storage_on_commit(s->app.storage, on_commit, &s->app);
		return 0;
	}
	events_stop(s->app.events);
	return -1;
}

static void stop_telling(struct server *s)
{
	webhooks_stop(s->app.webhooks);
	events_stop(s->app.events);
}

/* After the writer has ended, which calls on_commit(). */
static void free_telling(struct server *s)
{
	webhooks_free(s->app.webhooks);
	events_free(s->app.events);
}

static void stop_background(struct server *s)
{
	if (s->app.background)
		background_stop(s->app.background);
	background_free(s->app.background);
}

struct server *server_start(const struct server_config *config, struct error *err)
{
	struct server *s = calloc(1, sizeof *s);

	if (!s) {
		error_set(err, ERR_NO_MEMORY, "no memory for the server");
		return NULL;
	}
	s->app.config = *config;
	log_configure(config->log_level, config->log_format);
	s->app.rate_per_ip = config->rate_per_ip;
	/* Once, before threads: jansson's hash seed is not set thread-safely on first use. */
	json_object_seed(0);
	raise_file_limit(config->max_connections);
	if (load_certificate(config, err) < 0 || open_storage(s, err) < 0)
		goto err_after_alloc;
	if (open_access(s, err) < 0 || start_engine(s, err) < 0)
		goto err_after_storage;
	if (start_queue(s, err) < 0)
		goto err_after_engine;
	if (start_telling(s, err) < 0)
		goto err_after_queue;
	s->app.background = background_start(BACKGROUND_THREADS, err);
	if (s->app.background && start_http(s, err) == 0)
		return s;
	stop_background(s);
	stop_telling(s);
err_after_queue:
	queue_drain(s->app.queue, 0);
	queue_free(s->app.queue);
err_after_engine:
	stop_engine(s);
err_after_storage:
	cors_free(s->app.cors);
	metrics_free(s->app.metrics);
	rate_free(s->app.rates);
	storage_close(s->app.storage);
	free_telling(s);
err_after_alloc:
	tls_unload();
	free(s);
	return NULL;
}

void server_probe(struct server *s)
{
	/* A disk that is full is not what a restart mends; a lock that nobody gives back is, and this waits for it. */
	(void)!storage_health(s->app.storage, NULL);
	(void)queue_is_paused(s->app.queue);
}

unsigned server_port(const struct server *s)
{
	return http_port(s->http);
}

void server_drain_and_stop(struct server *s)
{
	atomic_store_explicit(&s->app.is_draining, true, memory_order_relaxed);
	queue_drain(s->app.queue, s->app.config.drain_timeout_ms);
	events_close(s->app.events);
	background_stop(s->app.background);
	http_stop(s->http, REQUESTS_END_MS);
	background_free(s->app.background);
	stop_telling(s);
	queue_free(s->app.queue);
	stop_engine(s);
	storage_close(s->app.storage);
	free_telling(s);
	cors_free(s->app.cors);
	metrics_free(s->app.metrics);
	rate_free(s->app.rates);
	tls_unload();
	free(s);
}
