/* Haps as JSON, in the form of tests/vectors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "render/pattern/pattern.h"

/* Nothing builds deeper values; a limit keeps printing safe all the same. */
enum { VALUE_DEPTH_MAX = 32 };

static int print_number(double x, struct buf *out)
{
	char text[40];

	if (!isfinite(x))
		return buf_printf(out, "null");
	if (x == trunc(x) && fabs(x) < 1e15)
		return buf_printf(out, "%.0f", x == 0 ? 0.0 : x);
	snprintf(text, sizeof text, "%.15g", x);
	if (strtod(text, NULL) != x)
		snprintf(text, sizeof text, "%.17g", x);
	return buf_printf(out, "%s", text);
}

static int print_char(unsigned char c, struct buf *out)
{
	if (c == '"' || c == '\\')
		return buf_printf(out, "\\%c", c);
	if (c < 0x20 || c == 0x7f)
		return buf_printf(out, "\\u%04x", c);
	return buf_append(out, &c, 1);
}

static int print_string(const char *text, size_t len, struct buf *out)
{
	if (buf_append(out, "\"", 1) < 0)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (print_char((unsigned char)text[i], out) < 0)
			return -1;
	return buf_append(out, "\"", 1);
}

static int print_value(const struct value *v, int depth, struct buf *out);

static int print_list(const struct value_list *l, int depth, struct buf *out)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (buf_printf(out, i ? "," : "[") < 0 || print_value(&l->items[i], depth + 1, out) < 0)
			return -1;
	return buf_printf(out, l->n ? "]" : "[]");
}

static int print_map(const struct value_map *m, int depth, struct buf *out)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (buf_printf(out, "%s\"%s\":", i ? "," : "{", control_name(m->controls[i].key)) < 0 ||
		    print_value(&m->controls[i].value, depth + 1, out) < 0)
			return -1;
	return buf_printf(out, m->n ? "}" : "{}");
}

static int print_value(const struct value *v, int depth, struct buf *out)
{
	if (depth > VALUE_DEPTH_MAX)
		return -1;
	switch (v->kind) {
	case VALUE_NUMBER:
		return print_number(v->number, out);
	case VALUE_WORD:
		return print_string(v->word.text, v->word.len, out);
	case VALUE_BOOL:
		return buf_printf(out, v->truth ? "true" : "false");
	case VALUE_LIST:
		return print_list(&v->list, depth, out);
	case VALUE_MAP:
		return print_map(&v->map, depth, out);
	case VALUE_SIGNAL:
		return buf_printf(out, "{\"signal\":%u}", v->signal);
	}
	return -1;
}

static int print_span(struct timespan s, struct buf *out)
{
	return buf_printf(out, "[\"%lld/%lld\",\"%lld/%lld\"]", (long long)s.begin.num, (long long)s.begin.den,
			  (long long)s.end.num, (long long)s.end.den);
}

int hap_print_json(const struct hap *h, struct buf *out)
{
	if (buf_printf(out, "{\"whole\":") < 0)
		return -1;
	if ((h->has_whole ? print_span(h->whole, out) : buf_printf(out, "null")) < 0)
		return -1;
	if (buf_printf(out, ",\"part\":") < 0 || print_span(h->part, out) < 0 || buf_printf(out, ",\"value\":") < 0)
		return -1;
	return print_value(&h->value, 0, out) < 0 ? -1 : buf_printf(out, "}");
}
