/* The canvas that is a raster, and its way into a PNG by libpng. Letters are drawn by us, 3 by 5 cells of two pixels: a font
 * library would be the largest part of the program. */
#include <ctype.h>
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "server/plot.h"

enum { CELL = 2, GLYPH_COLUMNS = 3, GLYPH_ROWS = 5, GLYPH_STEP = (GLYPH_COLUMNS + 1) * CELL };

struct raster {
	struct plot_canvas canvas; /* first: a struct plot_canvas * is a struct raster * */
	uint8_t *rgb;
};

/* --- The file --- */

static void write_bytes(png_structp png, png_bytep data, size_t n)
{
	struct buf *out = png_get_io_ptr(png);

	if (buf_append(out, data, n) < 0)
		png_error(png, "out of memory");
}

static void flush_nothing(png_structp png)
{
	(void)png;
}

static void ignore_warning(png_structp png, png_const_charp message)
{
	(void)png, (void)message;
}

static void leave(png_structp png, png_const_charp message)
{
	(void)message;
	png_longjmp(png, 1);
}

/* What setjmp() guards: nothing here owns anything. */
static void write_image(png_structp png, png_infop info, unsigned w, unsigned h, const uint8_t *rgb)
{
	png_set_IHDR(png, info, w, h, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
		     PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (unsigned y = 0; y < h; y++)
		png_write_row(png, rgb + (size_t)y * w * 3);
	png_write_end(png, info);
}

int plot_png_encode(unsigned w, unsigned h, const uint8_t *rgb, struct buf *out)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, leave, ignore_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	volatile int failed = -1;

	if (info && setjmp(png_jmpbuf(png)) == 0) {
		png_set_write_fn(png, out, write_bytes, flush_nothing);
		write_image(png, info, w, h, rgb);
		failed = 0;
	}
	png_destroy_write_struct(&png, &info);
	return failed;
}

/* --- The canvas --- */

static int clamp(double x, int max)
{
	return x > 0 ? (x < max ? (int)x : max) : 0;
}

/* From (x0, y0) up to and without (x1, y1), in pixels. */
static void fill(struct raster *r, int x0, int y0, int x1, int y1, uint32_t color)
{
	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			uint8_t *pixel = r->rgb + 3 * ((size_t)y * r->canvas.width + (size_t)x);
			pixel[0] = (uint8_t)(color >> 16);
			pixel[1] = (uint8_t)(color >> 8);
			pixel[2] = (uint8_t)color;
		}
}

/* What is thinner than a pixel is one pixel. */
static void rect(struct plot_canvas *c, double x, double y, double w, double h, uint32_t color)
{
	struct raster *r = (struct raster *)c;
	int width = (int)c->width, height = (int)c->height;

	fill(r, clamp(round(x), width), clamp(round(y), height), clamp(round(x) + fmax(round(w), 1), width),
	     clamp(round(y) + fmax(round(h), 1), height), color);
}

static void area(struct plot_canvas *c, const struct plot_area *a, uint32_t color)
{
	for (unsigned i = 0; i < a->n; i++)
		rect(c, a->x + i, (double)a->top[i], 1, (double)(a->bottom[i] - a->top[i]), color);
}

/* Five rows of three cells, a digit of eight a row, the highest bit at the left. */
static unsigned glyph_of(char ch)
{
	static const unsigned short letters[] = { 025755, 065656, 034443, 065556, 074647, 074644, 034553,
						  055755, 072227, 011152, 055655, 044447, 057755, 065555,
						  025552, 065644, 025563, 065655, 034216, 072222, 055557,
						  055552, 055775, 055255, 055222, 071247 };
	static const unsigned short digits[] = { 075557, 026227, 061247, 061216, 055711,
						 074616, 034757, 071222, 075757, 075716 };
	static const char signs[] = ".:-_+/~#'()=*? ";
	static const unsigned short sign_glyphs[] = { 000002, 002020, 000700, 000007, 002720, 011244, 003600, 057575,
						      022000, 024442, 021112, 007070, 005250, 061202, 000000 };
	const char *sign = strchr(signs, ch);
	int small = tolower((unsigned char)ch);

	if (isdigit((unsigned char)ch))
		return digits[ch - '0'];
	if (small >= 'a' && small <= 'z')
		return letters[small - 'a'];
	return sign && ch ? sign_glyphs[sign - signs] : glyph_of('?');
}

static void draw_glyph(struct plot_canvas *c, double x, double y, unsigned glyph, uint32_t color)
{
	for (int row = 0; row < GLYPH_ROWS; row++)
		for (int column = 0; column < GLYPH_COLUMNS; column++)
			if (glyph >> (3 * (GLYPH_ROWS - 1 - row)) & (4u >> column))
				rect(c, x + column * CELL, y + row * CELL, CELL, CELL, color);
}

static void text(struct plot_canvas *c, double x, double y, enum plot_anchor anchor, const char *what, uint32_t color)
{
	x -= (double)(strlen(what) * GLYPH_STEP) * (int)anchor / 2;
	for (; *what; what++, x += GLYPH_STEP)
		draw_glyph(c, x, y - GLYPH_ROWS * CELL, glyph_of(*what), color);
}

static void bitmap(struct plot_canvas *c, double x, double y, unsigned w, unsigned h, const uint8_t *rgb)
{
	struct raster *r = (struct raster *)c;
	size_t left = (size_t)clamp(x, (int)c->width), top = (size_t)clamp(y, (int)c->height);
	size_t shown = w < c->width - left ? w : c->width - left;

	for (size_t row = 0; row < h && top + row < c->height; row++)
		memcpy(r->rgb + 3 * ((top + row) * c->width + left), rgb + 3 * row * w, 3 * shown);
}

static int end(struct plot_canvas *c, struct buf *out, struct error *err)
{
	struct raster *r = (struct raster *)c;
	int failed = plot_png_encode(c->width, c->height, r->rgb, out);

	free(r->rgb);
	free(r);
	return failed ? error_set(err, ERR_NO_MEMORY, "no memory for the picture") : 0;
}

struct plot_canvas *plot_png_new(unsigned width, unsigned height)
{
	static const struct plot_canvas_ops ops = { rect, area, text, bitmap, end };
	struct raster *r = calloc(1, sizeof *r);

	if (!r || !(r->rgb = calloc((size_t)width * height, 3))) {
		free(r);
		return NULL;
	}
	r->canvas = (struct plot_canvas){ &ops, width, height };
	return &r->canvas;
}
