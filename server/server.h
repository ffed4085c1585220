/* The HTTP service as main.c sees it: configuration, start, stop. The only header of server/ that main.c and the
 * command line need.
 *
 * Threads: n_http_threads of the HTTP library, one reaper of slow connections, and what queue/, storage/ and
 * render/ start. Signals are main.c's business: it blocks them before server_start(), so that no thread of the
 * service receives one. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "storage/storage.h"

struct server_config {
	int listen_fd;           /* a socket that listens already, taken over; -1: none (default) */
	const char *listen;      /* numeric address or "localhost"; default 127.0.0.1 */
	unsigned port;           /* 0: any free one, see server_port(); default 8080 */
	const char *tls_cert;    /* file, PEM; NULL: plain HTTP */
	const char *tls_key;     /* file, PEM; with tls_cert or not at all */
	const char *data_dir;    /* made when missing; required */
	const char *samples_dir; /* NULL: the built-in kit alone */
	enum io_backend io;
	unsigned n_threads;              /* render workers; 0: one per allowed core */
	unsigned n_runners;              /* jobs in progress at once; 0: as n_threads */
	unsigned block_frames;           /* 0: the engine's default */
	unsigned n_http_threads;         /* default 4 */
	unsigned n_short_runners;        /* further ones for short jobs only; default 1 */
	unsigned max_queued;             /* default 10,000 */
	int64_t keep_s;                  /* how long results are kept when the job does not say; default 0: for ever */
	size_t store_max_bytes;          /* of all files; beyond it the least recently used go; 0: any */
	size_t max_body_bytes;           /* default 1 MiB */
	size_t max_sample_bytes;         /* of one uploaded sample; default 64 MiB */
	size_t max_samples_bytes;        /* of all of them with their decoded forms; 0: no limit; default 16 GiB */
	size_t job_memory_bytes;         /* 0: the engine's default */
	double max_duration_s;           /* longest render; default 3600 */
	double max_cpu_s;                /* CPU time of a job; 0: by estimate */
	int64_t checkpoint_interval_ms;  /* of renders that take longer; default 5000; 0: no checkpoints */
	unsigned checkpoint_cost;        /* percent of a render's CPU time; default 1; 100: any */
	unsigned max_connections;        /* default 4096 */
	unsigned max_connections_per_ip; /* default 64; 0: no limit, for use behind a proxy */
	unsigned max_wait_s;             /* longest `Prefer: wait`; default 60 */
	int64_t header_timeout_ms; /* from connect (or the request line) to the end of the headers; default 10,000 */
	int64_t body_timeout_ms;   /* from there to the end of the body; default 60,000 */
	int64_t idle_timeout_ms;   /* between requests, or without progress of a download; default 75,000 */
	int64_t heartbeat_ms;      /* of event streams; default 15,000 */
	const char *webhook_allow; /* networks; NULL: public addresses only */
	int64_t webhook_retry_ms;  /* default 5,000 */
	enum log_level log_level;
	enum log_format log_format;
	const char *cors_origins; /* NULL: no pages of other origins */
	bool is_auth_waived;      /* nobody is asked for a key */
	unsigned rate_per_ip;     /* submissions a minute from one address; 0: no limit */
	int64_t drain_timeout_ms; /* for running jobs at server_drain_and_stop(); default 25,000 */
};

void server_config_init(struct server_config *config);

struct server;

/* Opens the data folder, starts the renderer, recovers the jobs of the last run, listens. The strings of config
 * are borrowed until server_drain_and_stop(). NULL with the first error; nothing is left running then. */
struct server *server_start(const struct server_config *config, struct error *err) WARN_UNUSED;

/* Takes the locks that every request needs, and the disk if it was sick; returns when it had them. For a watchdog. */
void server_probe(struct server *s);

/* The port in use. */
/* Takes over what may change while the service runs (settings.def, marked *). Any thread. */
void server_reload(struct server *s, const struct server_config *config);
unsigned server_port(const struct server *s);

/* Says 503 on /readyz and to submissions at once, goes on answering reads while running jobs get drain_timeout_ms
 * to finish (the rest go back to the queue), answers those who wait, stops listening, lets requests in progress
 * end, stops everything and frees s. */
void server_drain_and_stop(struct server *s);

#endif
