/* The line that a request leaves in the log, and its part in the metrics. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "server/access.h"
#include "server/metrics.h"
#include "server/routes.h"
#include "server/trace.h"

void routes_ended(void *ctx, struct http_request *r, const struct http_end *end)
{
	struct app *app = ctx;
	const char *route = routes_name(r);
	bool has_job = r->path_id && strncmp(r->path_id, "job_", 4) == 0;
	char status[16], duration[32], trace[33];

	metrics_note_request(app->metrics, route, r->method, end->status, end->duration_s);
	snprintf(status, sizeof status, "%u", end->status);
	snprintf(duration, sizeof duration, "%.3f", end->duration_s * 1000);
	log_event(LOG_INFO, "request", "request_id", r->id, "method", r->method, "route", route, "status", status,
		  "dur_ms", duration, "end", end->is_complete ? "complete" : "aborted", "key_id",
		  r->caller ? r->caller->key_id : "", "job_id", has_job ? r->path_id : "", "trace_id",
		  trace_id(http_header(r, "traceparent"), trace), NULL);
}
