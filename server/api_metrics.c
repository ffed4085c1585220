/* GET /metrics, in Prometheus' text form or as OpenMetrics. */
#include "config.h"

#include <string.h>

#include "server/api.h"
#include "server/events.h"
#include "server/live.h"
#include "server/metrics.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/tls.h"
#include "server/webhooks.h"

static int print_info(struct app *app, struct buf *out)
{
	int failed = metrics_print_head(out, "phonon_build_info", "gauge", "What runs here.");

	failed |= buf_printf(out, "phonon_build_info{version=\"%s\",engine=\"%d\"} 1\n", PACKAGE_VERSION,
			     (int)RENDER_ENGINE_VERSION);
	failed |= metrics_print_head(out, "phonon_io_backend_info", "gauge", "What audio files are written with.");
	return failed | buf_printf(out, "phonon_io_backend_info{backend=\"%s\"} 1\n", storage_io_name(app->storage));
}

static int print_certificate(struct buf *out)
{
	static const char name[] = "phonon_tls_certificate_not_after_seconds";
	int64_t not_after_s = tls_not_after_s();

	if (not_after_s == 0)
		return 0;
	if (metrics_print_head(out, name, "gauge", "When the certificate ends, in seconds since 1970."))
		return -1;
	return buf_printf(out, "%s %lld\n", name, (long long)not_after_s);
}

static int print_queue(struct app *app, struct buf *out)
{
	uint64_t counts[JOB_STATE_COUNT];
	struct queue_summary q = { .oldest_ms = 0 };
	int64_t age_ms = 0;
	int failed = metrics_print_head(out, "phonon_jobs", "gauge", "Jobs in each state.");

	if (storage_job_counts(app->storage, counts, NULL) < 0 || storage_queue_summary(app->storage, &q, NULL) < 0)
		return -1;
	for (int s = 0; s < JOB_STATE_COUNT; s++)
		failed |= buf_printf(out, "phonon_jobs{state=\"%s\"} %llu\n", job_state_name((enum job_state)s),
				     (unsigned long long)counts[s]);
	if (q.oldest_ms)
		age_ms = queue_now_ms(app->queue) - q.oldest_ms;
	failed |= metrics_print_head(out, "phonon_store_bytes", "gauge", "Of all finished files.");
	failed |= buf_printf(out, "phonon_store_bytes %llu\n", (unsigned long long)storage_bytes(app->storage));
	failed |= metrics_print_head(out, "phonon_queue_oldest_age_seconds", "gauge",
				     "How long the oldest queued job waits.");
	return failed |
	       buf_printf(out, "phonon_queue_oldest_age_seconds %.3f\n", age_ms > 0 ? (double)age_ms / 1000 : 0);
}

static int print_telling(struct app *app, struct buf *out)
{
	struct webhook_counts w = webhooks_counts(app->webhooks);
	int failed = metrics_print_head(out, "phonon_event_streams", "gauge", "Event streams that are open.");

	failed |= buf_printf(out, "phonon_event_streams %u\n", events_count(app->events));
	failed |= metrics_print_head(out, "phonon_live_listeners", "gauge",
				     "Who listens to a file while it is rendered.");
	failed |= buf_printf(out, "phonon_live_listeners %u\n", live_count(app->live));
	failed |= metrics_print_head(out, "phonon_webhook_attempts_total", "counter",
				     "Webhooks sent, by what came of it.");
	return failed | buf_printf(out,
				   "phonon_webhook_attempts_total{outcome=\"delivered\"} %llu\n"
				   "phonon_webhook_attempts_total{outcome=\"retried\"} %llu\n"
				   "phonon_webhook_attempts_total{outcome=\"failed\"} %llu\n",
				   (unsigned long long)w.delivered, (unsigned long long)w.retried,
				   (unsigned long long)w.failed);
}

static int print_commits(struct app *app, struct buf *out)
{
	static const char name[] = "phonon_fsync_seconds";
	struct histogram h = storage_commit_times(app->storage);

	if (metrics_print_head(out, name, "histogram", "Commits to the database, each with its fsync."))
		return -1;
	return metrics_print_histogram(out, name, "", &h);
}

void api_metrics(void *ctx, struct http_request *r)
{
	static const char open_type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	static const char text_type[] = "text/plain; version=0.0.4; charset=utf-8";
	const char *accept = http_header(r, "Accept");
	bool is_open = accept && negotiation_quality(accept, "application/openmetrics-text") >
					 negotiation_quality(accept, "text/plain");
	struct app *app = ctx;
	struct buf out = BUF_INIT;
	size_t len;

	if (print_info(app, &out) || print_certificate(&out) || print_queue(app, &out) || print_telling(app, &out) ||
	    print_commits(app, &out) || metrics_print(app->metrics, &out) || (is_open && buf_printf(&out, "# EOF\n"))) {
		buf_fini(&out);
		problem_reply(r, PROBLEM_INTERNAL, "the metrics cannot be read now");
		return;
	}
	len = out.len;
	http_add_header(r, "Cache-Control", "no-store");
	http_reply(r, 200, is_open ? open_type : text_type, buf_take(&out), len);
}
