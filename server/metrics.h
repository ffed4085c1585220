/* What is counted while the service runs, and its form for Prometheus. Thread-safe. */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "base/buf.h"
#include "base/histogram.h"

struct metrics;

struct metrics *metrics_new(struct error *err) WARN_UNUSED;
void metrics_free(struct metrics *m);

/* A request that has ended. route is a template and lives for ever. */
void metrics_note_request(struct metrics *m, const char *route, const char *method, unsigned code, double duration_s);
/* A render that has ended: seconds of audio per second. */
void metrics_note_render(struct metrics *m, double ratio);

/* Appends all of these; -1: out of memory. */
int metrics_print(struct metrics *m, struct buf *out) WARN_UNUSED;
/* "# HELP", "# TYPE" and the lines of one histogram; labels like "a=\"b\"" or "". head: with the first two. */
int metrics_print_histogram(struct buf *out, const char *name, const char *labels,
			    const struct histogram *h) WARN_UNUSED;
int metrics_print_head(struct buf *out, const char *name, const char *type, const char *help) WARN_UNUSED;

#endif
