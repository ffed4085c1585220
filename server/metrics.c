#include "server/metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 512, LABELS_SIZE = 160 };

static const double request_bounds[] = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60 };
static const double ratio_bounds[] = { 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 3600 };

#define BOUNDS(array) (array), sizeof(array) / sizeof(array)[0]

struct series {
	const char *route, *method;
	unsigned code;
	struct histogram durations;
};

struct metrics {
	pthread_mutex_t lock; /* rank 27: everything below */
	struct series series[SERIES_MAX];
	size_t n_series;
	struct histogram ratios;
};

struct metrics *metrics_new(struct error *err)
{
	struct metrics *m = calloc(1, sizeof *m);

	if (!m) {
		error_set(err, ERR_NO_MEMORY, "no memory for metrics");
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	m->ratios = (struct histogram){ BOUNDS(ratio_bounds), { 0 }, 0 };
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	pthread_mutex_destroy(&m->lock);
	free(m);
}

/* Clients invent methods. */
static const char *known_method(const char *method)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH" };

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (strcmp(methods[i], method) == 0)
			return methods[i];
	return "other";
}

/* NULL when there are too many. */
static struct series *find_series(struct metrics *m, const char *route, const char *method, unsigned code)
{
	for (size_t i = 0; i < m->n_series; i++) {
		struct series *s = &m->series[i];
		if (s->code == code && s->method == method && strcmp(s->route, route) == 0)
			return s;
	}
	if (m->n_series == SERIES_MAX)
		return NULL;
	m->series[m->n_series] = (struct series){ route, method, code, { BOUNDS(request_bounds), { 0 }, 0 } };
	return &m->series[m->n_series++];
}

void metrics_note_request(struct metrics *m, const char *route, const char *method, unsigned code, double duration_s)
{
	struct series *s;

	pthread_mutex_lock(&m->lock);
	s = find_series(m, route, known_method(method), code);
	if (s)
		histogram_add(&s->durations, duration_s);
	pthread_mutex_unlock(&m->lock);
}

void metrics_note_render(struct metrics *m, double ratio)
{
	pthread_mutex_lock(&m->lock);
	histogram_add(&m->ratios, ratio);
	pthread_mutex_unlock(&m->lock);
}

int metrics_print_head(struct buf *out, const char *name, const char *type, const char *help)
{
	return buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

int metrics_print_histogram(struct buf *out, const char *name, const char *labels, const struct histogram *h)
{
	const char *comma = labels[0] ? "," : "", *open = labels[0] ? "{" : "", *end = labels[0] ? "}" : "";
	uint64_t n = 0;
	int failed = 0;

	for (unsigned i = 0; i < h->n_bounds; i++) {
		n += h->counts[i];
		failed |= buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", name, labels, comma, h->bounds[i],
				     (unsigned long long)n);
	}
	n += h->counts[h->n_bounds];
	failed |= buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, labels, comma, (unsigned long long)n);
	failed |= buf_printf(out, "%s_sum%s%s%s %.9g\n", name, open, labels, end, h->sum);
	return failed | buf_printf(out, "%s_count%s%s%s %llu\n", name, open, labels, end, (unsigned long long)n);
}

static int print_requests(const struct metrics *m, struct buf *out)
{
	static const char name[] = "phonon_http_request_duration_seconds";
	char labels[LABELS_SIZE];
	int failed = metrics_print_head(out, name, "histogram", "From the request line to the end of the answer.");

	for (size_t i = 0; i < m->n_series; i++) {
		const struct series *s = &m->series[i];
		snprintf(labels, sizeof labels, "route=\"%s\",method=\"%s\",code=\"%u\"", s->route, s->method, s->code);
		failed |= metrics_print_histogram(out, name, labels, &s->durations);
	}
	return failed;
}

int metrics_print(struct metrics *m, struct buf *out)
{
	static const char ratio[] = "phonon_render_realtime_ratio";
	int failed;

	pthread_mutex_lock(&m->lock);
	failed = print_requests(m, out);
	failed |= metrics_print_head(out, ratio, "histogram", "Seconds of audio per second, of each render.");
	failed |= metrics_print_histogram(out, ratio, "", &m->ratios);
	pthread_mutex_unlock(&m->lock);
	return failed ? -1 : 0;
}
