#include "server/plot_material.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PEAKS_AT_ONCE = 256, CYCLES_SIZE = 48 };
#define LOW_HZ 30.0
#define HIGH_HZ 20000.0

/* --- The sound --- */

/* A descriptor of its own, at the start, for who closes it. */
static int reopen(const struct plot_material *m)
{
	lseek(m->audio_fd, 0, SEEK_SET);
	return fcntl(m->audio_fd, F_DUPFD_CLOEXEC, 0);
}

/* The length, to 16 frames, and what else the head says. */
static int look_at_file(struct plot_material *m, uint64_t *n_frames, double *rate_hz, struct error *err)
{
	struct render_peaks *peaks = render_peaks_open(reopen(m), RENDER_PEAKS_FRAMES_MIN, err);
	const struct render_peaks_info *info;

	if (!peaks)
		return -1;
	info = render_peaks_info(peaks);
	*n_frames = info->n_pixels * RENDER_PEAKS_FRAMES_MIN;
	*rate_hz = info->sample_rate_hz;
	m->sound.n_channels = info->n_channels;
	m->sound.duration_s = (double)*n_frames / *rate_hz;
	render_peaks_close(peaks);
	return *n_frames > 0 ? 0 : error_set(err, ERR_CORRUPT, "there is no sound in it");
}

/* Column number i of n_columns shows its share of the pixels of the outline, of which there are a few per column. */
static void widen(struct plot_material *m, unsigned n_columns, uint64_t pixel, uint64_t n_pixels,
		  const struct render_peak *p)
{
	uint64_t column = pixel * n_columns / n_pixels, after = (pixel + 1) * n_columns / n_pixels;

	do {
		for (unsigned c = 0; c < m->sound.n_channels; c++) {
			size_t at = c * (size_t)n_columns + (size_t)column;
			m->low[at] = fminf(m->low[at], p[c].low);
			m->high[at] = fmaxf(m->high[at], p[c].high);
		}
	} while (++column < after && column < n_columns);
}

static int read_outline(struct plot_material *m, unsigned n_columns, uint64_t n_frames, struct error *err)
{
	uint64_t per_pixel = n_frames / n_columns / 4, pixel = 0, n_pixels;
	struct render_peak some[PEAKS_AT_ONCE * 2];
	struct render_peaks *peaks;

	per_pixel = per_pixel < RENDER_PEAKS_FRAMES_MIN ? RENDER_PEAKS_FRAMES_MIN : per_pixel;
	per_pixel = per_pixel > RENDER_PEAKS_FRAMES_MAX ? RENDER_PEAKS_FRAMES_MAX : per_pixel;
	m->low = calloc((size_t)n_columns * m->sound.n_channels, sizeof *m->low);
	m->high = calloc((size_t)n_columns * m->sound.n_channels, sizeof *m->high);
	if (!m->low || !m->high)
		return error_set(err, ERR_NO_MEMORY, "no memory for the outline");
	peaks = render_peaks_open(reopen(m), (unsigned)per_pixel, err);
	if (!peaks)
		return -1;
	n_pixels = render_peaks_info(peaks)->n_pixels;
	while (pixel < n_pixels) {
		size_t n = render_peaks_read(peaks, some, PEAKS_AT_ONCE);
		for (size_t i = 0; i < n; i++, pixel++)
			widen(m, n_columns, pixel, n_pixels, some + i * m->sound.n_channels);
	}
	render_peaks_close(peaks);
	m->sound.low = m->low;
	m->sound.high = m->high;
	return 0;
}

static int read_spectrum(struct plot_material *m, unsigned n_columns, unsigned n_rows, double rate_hz,
			 struct error *err)
{
	struct render_spectrum s = { n_columns, n_rows, LOW_HZ, fmin(rate_hz / 2, HIGH_HZ) };

	m->levels_db = calloc((size_t)n_columns * n_rows, sizeof *m->levels_db);
	if (!m->levels_db)
		return error_set(err, ERR_NO_MEMORY, "no memory for the spectrum");
	m->sound.levels_db = m->levels_db;
	m->sound.low_hz = s.low_hz;
	m->sound.high_hz = s.high_hz;
	return render_spectrum_measure(reopen(m), &s, m->levels_db, err);
}

int plot_material_hear(struct plot_material *m, const struct plot_wanted *wanted, struct error *err)
{
	uint64_t n_frames;
	double rate_hz;

	if (look_at_file(m, &n_frames, &rate_hz, err) < 0)
		return -1;
	if (wanted->has_outline && read_outline(m, wanted->n_columns, n_frames, err) < 0)
		return -1;
	return wanted->has_spectrum ? read_spectrum(m, wanted->n_columns, wanted->n_rows, rate_hz, err) : 0;
}

/* --- The events --- */

/* What an event is called: its sound, else its note, else its value. */
static void name_event(const json_t *hap, char out[PLOT_NAME_SIZE])
{
	static const char *const keys[] = { "s", "note", "n", "value" };
	const json_t *value = json_object_get(hap, "value"), *found = NULL;
	char *text;

	for (size_t i = 0; i < 4 && !found; i++)
		found = json_is_object(value) ? json_object_get(value, keys[i]) : value;
	if (json_is_string(found)) {
		snprintf(out, PLOT_NAME_SIZE, "%s", json_string_value(found));
		return;
	}
	text = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(4)) : NULL;
	snprintf(out, PLOT_NAME_SIZE, "%s", text ? text : "?");
	free(text);
}

/* The row of a name; the last one is for all that are too many. */
static unsigned row_of(struct plot_material *m, const char *name)
{
	unsigned i = 0;

	while (i < m->sound.n_names && strcmp(m->name_texts[i], name) != 0)
		i++;
	if (i == PLOT_NAMES_MAX)
		return PLOT_NAMES_MAX - 1;
	if (i == m->sound.n_names) {
		snprintf(m->name_texts[i], PLOT_NAME_SIZE, "%s", name);
		m->names[i] = m->name_texts[i];
		m->sound.n_names++;
	}
	return i;
}

static void take_event(struct plot_material *m, const char *line, size_t len)
{
	json_t *j = json_loadb(line, len, 0, NULL);
	struct plot_event *e = &m->events[m->sound.n_events];
	char name[PLOT_NAME_SIZE];

	if (!j)
		return;
	name_event(json_object_get(j, "hap"), name);
	e->begin_s = json_number_value(json_object_get(j, "time_s"));
	e->duration_s = json_number_value(json_object_get(j, "duration_s"));
	e->row = row_of(m, name);
	m->sound.n_events++;
	json_decref(j);
}

static int take_events(struct plot_material *m, const struct buf *lines, struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->len; i++)
		n += lines->data[i] == '\n';
	m->events = calloc(n + 1, sizeof *m->events);
	m->name_texts = calloc(PLOT_NAMES_MAX, sizeof *m->name_texts);
	if (!m->events || !m->name_texts)
		return error_set(err, ERR_NO_MEMORY, "no memory for the events");
	for (const char *at = lines->data, *end; n-- > 0; at = end + 1) {
		end = strchr(at, '\n');
		take_event(m, at, (size_t)(end - at));
	}
	m->sound.events = m->events;
	m->sound.names = m->names;
	return 0;
}

/* How many cycles the picture shows. */
static int count_cycles(const struct render_engine *engine, const struct render_spec *spec, double *cycles,
			struct error *err)
{
	struct diag_list diags = { .n = 0 };
	struct render_spec one = *spec;
	uint64_t n_frames;

	*cycles = spec->cycles;
	if (spec->cycles > 0)
		return 0;
	one.cycles = 1;
	if (render_length(engine, &one, &n_frames, &diags, err) < 0)
		return -1;
	*cycles = ceil(spec->duration_s * spec->sample_rate_hz / (double)(n_frames ? n_frames : 1));
	return 0;
}

int plot_material_ask(struct plot_material *m, const struct render_engine *engine, const struct render_spec *spec,
		      struct error *err)
{
	struct diag_list diags = { .n = 0 };
	struct buf lines = BUF_INIT;
	char to[CYCLES_SIZE];
	double cycles;
	int failed;

	if (count_cycles(engine, spec, &cycles, err) < 0)
		return -1;
	snprintf(to, sizeof to, "%.6f", cycles);
	failed = render_events(engine, spec->source, spec->source_len, "0", to, &lines, &diags, err) < 0 ||
		 take_events(m, &lines, err) < 0;
	buf_fini(&lines);
	return failed ? -1 : 0;
}

void plot_material_fini(struct plot_material *m)
{
	if (m->audio_fd >= 0)
		close(m->audio_fd);
	free(m->low);
	free(m->high);
	free(m->levels_db);
	free(m->events);
	free(m->name_texts);
}
