/* The canvas that is a text. Bitmaps are PNGs within it, so that a picture is one file. */
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>

#include "server/plot.h"

struct svg {
	struct plot_canvas canvas; /* first: a struct plot_canvas * is a struct svg * */
	struct buf text;
	bool is_broken; /* out of memory */
};

static void rect(struct plot_canvas *c, double x, double y, double w, double h, uint32_t color)
{
	struct svg *s = (struct svg *)c;

	s->is_broken |=
		buf_printf(&s->text, "<rect x=\"%.6g\" y=\"%.6g\" width=\"%.6g\" height=\"%.6g\" fill=\"#%06x\"/>\n", x,
			   y, w, h, color) < 0;
}

static void area(struct plot_canvas *c, const struct plot_area *a, uint32_t color)
{
	struct svg *s = (struct svg *)c;
	int failed = buf_printf(&s->text, "<path stroke=\"#%06x\" d=\"", color);

	for (unsigned i = 0; i < a->n; i++)
		failed |= buf_printf(&s->text, "M%.6g %.5gV%.5g", a->x + i + 0.5, (double)a->top[i],
				     (double)a->bottom[i]);
	failed |= buf_printf(&s->text, "\"/>\n");
	s->is_broken |= failed != 0;
}

/* Printable ASCII, which is what names of sounds are; anything else would have to be judged by XML's rules. */
static int print_text(struct buf *out, const char *text)
{
	int failed = 0;

	for (; *text; text++) {
		bool is_plain = *text >= ' ' && *text <= '~' && !strchr("&<>\"", *text);
		failed |= is_plain ? buf_append(out, text, 1)
				   : buf_printf(out, "&#%d;", strchr("&<>\"", *text) ? *text : '?');
	}
	return failed;
}

static void text(struct plot_canvas *c, double x, double y, enum plot_anchor anchor, const char *what, uint32_t color)
{
	static const char *const anchors[] = { "start", "middle", "end" };
	struct svg *s = (struct svg *)c;

	s->is_broken |= buf_printf(&s->text, "<text x=\"%.6g\" y=\"%.6g\" text-anchor=\"%s\" fill=\"#%06x\">", x, y,
				   anchors[anchor], color) < 0 ||
			print_text(&s->text, what) != 0 || buf_printf(&s->text, "</text>\n") < 0;
}

static int append_base64(struct buf *out, const struct buf *bytes)
{
	size_t size = sodium_base64_encoded_len(bytes->len, sodium_base64_VARIANT_ORIGINAL);
	char *encoded = malloc(size);
	int failed = -1;

	if (encoded) {
		sodium_bin2base64(encoded, size, (const unsigned char *)bytes->data, bytes->len,
				  sodium_base64_VARIANT_ORIGINAL);
		failed = buf_append(out, encoded, strlen(encoded));
	}
	free(encoded);
	return failed;
}

static void bitmap(struct plot_canvas *c, double x, double y, unsigned w, unsigned h, const uint8_t *rgb)
{
	struct svg *s = (struct svg *)c;
	struct buf png = BUF_INIT;

	s->is_broken |= plot_png_encode(w, h, rgb, &png) < 0 ||
			buf_printf(&s->text,
				   "<image x=\"%.6g\" y=\"%.6g\" width=\"%u\" height=\"%u\" "
				   "preserveAspectRatio=\"none\" href=\"data:image/png;base64,",
				   x, y, w, h) < 0 ||
			append_base64(&s->text, &png) < 0 || buf_printf(&s->text, "\"/>\n") < 0;
	buf_fini(&png);
}

static int end(struct plot_canvas *c, struct buf *out, struct error *err)
{
	struct svg *s = (struct svg *)c;
	int failed =
		s->is_broken || buf_printf(&s->text, "</svg>\n") < 0 || buf_append(out, s->text.data, s->text.len) < 0;

	buf_fini(&s->text);
	free(s);
	return failed ? error_set(err, ERR_NO_MEMORY, "no memory for the picture") : 0;
}

struct plot_canvas *plot_svg_new(unsigned width, unsigned height)
{
	static const struct plot_canvas_ops ops = { rect, area, text, bitmap, end };
	struct svg *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->canvas = (struct plot_canvas){ &ops, width, height };
	s->is_broken = buf_printf(&s->text,
				  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
				  "viewBox=\"0 0 %u %u\" font-family=\"sans-serif\" font-size=\"11\">\n",
				  width, height, width, height) < 0;
	return &s->canvas;
}
