/* Pictures of a sound: a stack of panels over one axis of time. plot.c draws them on a canvas, of which there are two: SVG
 * (plot_svg.c) and a raster that becomes a PNG (plot_png.c). One thread at a time. */
#ifndef SERVER_PLOT_H
#define SERVER_PLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* --- Canvas ---------------------------------------------------------------------------------------------------- */

enum plot_anchor { PLOT_LEFT, PLOT_MIDDLE, PLOT_RIGHT };

/* Between two curves, a value per column of one pixel: y of the upper and of the lower one, a pixel apart at least. */
struct plot_area {
	double x;
	unsigned n;
	const float *top, *bottom;
};

/* Height and width in pixels; y grows downwards. Colours are 0xRRGGBB. Failures are kept until end(). */
struct plot_canvas;
struct plot_canvas_ops {
	void (*rect)(struct plot_canvas *c, double x, double y, double w, double h, uint32_t color);
	void (*area)(struct plot_canvas *c, const struct plot_area *area, uint32_t color);
	/* y is the base line. Text may hold any bytes. */
	void (*text)(struct plot_canvas *c, double x, double y, enum plot_anchor anchor, const char *text,
		     uint32_t color);
	/* w * h pixels of three bytes, at their size. */
	void (*bitmap)(struct plot_canvas *c, double x, double y, unsigned w, unsigned h, const uint8_t *rgb);
	/* Appends the file to out and frees the canvas. */
	int (*end)(struct plot_canvas *c, struct buf *out, struct error *err);
};
struct plot_canvas {
	const struct plot_canvas_ops *ops;
	unsigned width, height;
};

/* NULL: out of memory. */
struct plot_canvas *plot_svg_new(unsigned width, unsigned height);
struct plot_canvas *plot_png_new(unsigned width, unsigned height);

/* Appends a PNG of w * h pixels of three bytes. */
int plot_png_encode(unsigned w, unsigned h, const uint8_t *rgb, struct buf *out) WARN_UNUSED;

/* --- What is drawn --------------------------------------------------------------------------------------------- */

struct plot_event {
	double begin_s, duration_s;
	unsigned row; /* of names[] */
};

struct plot_sound {
	double duration_s;
	/* The outline, a value per column: [channel][column]; NULL: no such panel. */
	const float *low, *high;
	unsigned n_channels;
	/* render_spectrum_measure() of as many columns and rows as plot_layout says; NULL: no such panel. */
	const float *levels_db;
	double low_hz, high_hz;
	/* NULL: no such panel. */
	const struct plot_event *events;
	size_t n_events;
	const char *const *names;
	unsigned n_names;
};

enum { PLOT_SIZE_MIN = 160, PLOT_SIZE_MAX = 8000 };

/* Columns that a picture of this width has between its margins. */
unsigned plot_columns(unsigned width);
/* Height of a picture with so many panels, each panel_height tall. */
unsigned plot_height(unsigned n_panels, unsigned panel_height);

/* Draws all panels that there are; levels_db has panel_height rows. */
void plot_draw(struct plot_canvas *c, const struct plot_sound *sound, unsigned panel_height);

#endif
