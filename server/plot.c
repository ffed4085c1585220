#include "server/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MARGIN_LEFT = 72, MARGIN_RIGHT = 16, MARGIN_TOP = 10, AXIS_HEIGHT = 26, TICK_PX = 80, ROW_LABEL_PX = 12 };
enum { PAPER = 0xffffff, INK = 0x333333, LINES = 0xdddddd, WAVE = 0x2f6fab };
#define RANGE_DB 80.0 /* of the spectrogram's colours */

unsigned plot_columns(unsigned width)
{
	return width - MARGIN_LEFT - MARGIN_RIGHT;
}

unsigned plot_height(unsigned n_panels, unsigned panel_height)
{
	return MARGIN_TOP + n_panels * (panel_height + AXIS_HEIGHT);
}

struct panel {
	struct plot_canvas *canvas;
	double x, y, w, h;
	double duration_s;
};

/* --- The axis of time --- */

/* 1, 2 or 5 times a power of ten, at least x. */
static double round_step(double x)
{
	double power = pow(10, floor(log10(x))), rest = x / power;

	return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

static void draw_time(const struct panel *p)
{
	double step = round_step(fmax(p->duration_s, 1e-6) * TICK_PX / p->w);
	char label[32];

	for (int i = 0; i * step <= p->duration_s * (1 + 1e-9); i++) {
		double x = p->x + p->w * (i * step) / fmax(p->duration_s, 1e-6);
		p->canvas->ops->rect(p->canvas, x, p->y + p->h, 1, 4, INK);
		snprintf(label, sizeof label, "%.6g s", i * step);
		p->canvas->ops->text(p->canvas, x, p->y + p->h + 17, PLOT_MIDDLE, label, INK);
	}
}

static void draw_label(const struct panel *p, double y, const char *label)
{
	p->canvas->ops->text(p->canvas, p->x - 6, y + 4, PLOT_RIGHT, label, INK);
}

/* --- Waveform --- */

static void draw_channel(const struct panel *p, const struct plot_sound *s, unsigned channel, float *curves)
{
	unsigned n = (unsigned)p->w;
	double half = p->h / s->n_channels / 2, middle = p->y + half * (2 * channel + 1);
	const float *low = s->low + (size_t)channel * n, *high = s->high + (size_t)channel * n;
	float *top = curves, *bottom = curves + n;

	for (unsigned i = 0; i < n; i++) {
		double up = fmin(fmax((double)high[i], -1), 1), down = fmin(fmax((double)low[i], -1), 1);
		top[i] = (float)(middle - half * up);
		bottom[i] = (float)fmax(middle - half * down, (double)top[i] + 1);
	}
	p->canvas->ops->area(p->canvas, &(struct plot_area){ p->x, n, top, bottom }, WAVE);
	draw_label(p, middle - half + 6, "1");
	draw_label(p, middle, "0");
	draw_label(p, middle + half - 6, "-1");
}

static void draw_waveform(const struct panel *p, const struct plot_sound *s)
{
	float *curves = calloc((size_t)p->w * 2, sizeof *curves);

	for (unsigned c = 0; curves && c < s->n_channels; c++)
		draw_channel(p, s, c, curves);
	free(curves);
}

/* --- Spectrogram --- */

/* From black over violet, red and yellow to white, with a lightness that only grows. */
static void color_of(double part, uint8_t rgb[3])
{
	static const double stops[][3] = { { 0, 0, 8 },      { 60, 15, 110 },  { 165, 40, 95 },
					   { 240, 100, 30 }, { 252, 190, 60 }, { 255, 255, 230 } };
	enum { N = sizeof stops / sizeof stops[0] };
	double at = fmin(fmax(part, 0), 1) * (N - 1);
	int i = at < N - 2 ? (int)at : N - 2;

	for (int k = 0; k < 3; k++)
		rgb[k] = (uint8_t)(stops[i][k] + (stops[i + 1][k] - stops[i][k]) * (at - i) + 0.5);
}

static void draw_frequencies(const struct panel *p, const struct plot_sound *s)
{
	static const double marks[] = { 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000 };
	char label[32];

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		double part = log(marks[i] / s->low_hz) / log(s->high_hz / s->low_hz);
		if (part < 0.02 || part > 0.98)
			continue;
		snprintf(label, sizeof label, marks[i] < 1000 ? "%g Hz" : "%g kHz",
			 marks[i] / (marks[i] < 1000 ? 1 : 1000));
		draw_label(p, p->y + p->h * (1 - part), label);
	}
}

static void draw_spectrogram(const struct panel *p, const struct plot_sound *s)
{
	size_t n = (size_t)p->w * (size_t)p->h;
	uint8_t *rgb = malloc(3 * n);

	if (!rgb)
		return;
	for (size_t i = 0; i < n; i++)
		color_of(1 + (double)s->levels_db[i] / RANGE_DB, rgb + 3 * i);
	p->canvas->ops->bitmap(p->canvas, p->x, p->y, (unsigned)p->w, (unsigned)p->h, rgb);
	free(rgb);
	draw_frequencies(p, s);
}

/* --- Events --- */

/* Colours around the circle, far from their neighbours: steps of the golden angle. */
static uint32_t row_color(unsigned row)
{
	double hue = fmod(210 + row * 137.508, 360) / 60, part = fabs(fmod(hue, 2) - 1);
	double full = 0.72, low = 0.22, mid = full - (full - low) * part;
	double rgb[6][3] = { { full, mid, low }, { mid, full, low }, { low, full, mid },
			     { low, mid, full }, { mid, low, full }, { full, low, mid } };
	const double *c = rgb[(int)hue % 6];

	return (uint32_t)(c[0] * 255) << 16 | (uint32_t)(c[1] * 255) << 8 | (uint32_t)(c[2] * 255);
}

static void draw_rows(const struct panel *p, const struct plot_sound *s)
{
	double h = p->h / fmax(s->n_names, 1);
	unsigned every = h > 0 && h < ROW_LABEL_PX ? (unsigned)ceil(ROW_LABEL_PX / h) : 1;
	char label[16];

	for (unsigned i = 0; i < s->n_names; i++) {
		p->canvas->ops->rect(p->canvas, p->x, p->y + h * (i + 1), p->w, 1, LINES);
		snprintf(label, sizeof label, "%.9s", s->names[i]);
		if (i % every == 0)
			draw_label(p, p->y + h * (i + 0.5), label);
	}
}

static void draw_events(const struct panel *p, const struct plot_sound *s)
{
	double h = p->h / fmax(s->n_names, 1), gap = h > 4 ? 1 : 0;

	p->canvas->ops->rect(p->canvas, p->x, p->y, p->w, 1, LINES);
	draw_rows(p, s);
	for (size_t i = 0; i < s->n_events; i++) {
		const struct plot_event *e = &s->events[i];
		double x = p->x + p->w * e->begin_s / p->duration_s, w = p->w * e->duration_s / p->duration_s;
		if (e->begin_s >= p->duration_s)
			continue;
		w = fmin(w, p->x + p->w - x);
		p->canvas->ops->rect(p->canvas, x, p->y + h * e->row + gap, fmax(w - 1, 1), fmax(h - 2 * gap, 1),
				     row_color(e->row));
	}
}

/* --- All --- */

void plot_draw(struct plot_canvas *c, const struct plot_sound *s, unsigned panel_height)
{
	const struct {
		bool is_wanted;
		void (*draw)(const struct panel *p, const struct plot_sound *s);
	} panels[] = { { s->low != NULL, draw_waveform },
		       { s->levels_db != NULL, draw_spectrogram },
		       { s->events != NULL, draw_events } };
	struct panel p = { c, MARGIN_LEFT, MARGIN_TOP, plot_columns(c->width), panel_height, s->duration_s };

	c->ops->rect(c, 0, 0, c->width, c->height, PAPER);
	for (size_t i = 0; i < sizeof panels / sizeof panels[0]; i++) {
		if (!panels[i].is_wanted)
			continue;
		panels[i].draw(&p, s);
		draw_time(&p);
		p.y += panel_height + AXIS_HEIGHT;
	}
}
