#include "tests/lib/random_program.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "render/render.h"

enum { DEPTH_MAX = 4, BUSES_MAX = 4, CHAIN_MAX = 3 };

/* The choices that are left; out takes the text. Out of choices, everything is the first alternative. */
struct dice {
	const uint8_t *bytes;
	size_t n_bytes, at;
	struct buf *out;
	unsigned n_buses; /* that may be named, the one being defined among them */
	bool is_full;
};

static unsigned roll(struct dice *d, unsigned sides)
{
	unsigned a = d->at < d->n_bytes ? d->bytes[d->at++] : 0;

	return sides <= 256 ? a % sides : (a << 8 | (d->at < d->n_bytes ? d->bytes[d->at++] : 0)) % sides;
}

static void put(struct dice *d, const char *text)
{
	d->is_full |= buf_printf(d->out, "%s", text) < 0;
}

static void put_number(struct dice *d, double x)
{
	/* The language has no exponents outside strings. */
	d->is_full |= buf_printf(d->out, "%.4f", x) < 0;
}

/* --- Choosing from the catalogue -------------------------------------------------------------------------------- */

static bool has_input(const struct render_entry *e)
{
	for (unsigned p = 0; p < e->n_params; p++)
		if (e->params[p].argument == RENDER_ARGUMENT_INPUT)
			return true;
	return false;
}

static bool is_wanted(const struct render_entry *e, enum render_entry_kind kind, bool with_input)
{
	return e->kind == kind && (kind != RENDER_ENTRY_FUNCTION || has_input(e) == with_input);
}

static void choose(struct dice *d, enum render_entry_kind kind, bool with_input, struct render_entry *e)
{
	unsigned n = 0, skipped;

	for (size_t i = 0; i < render_catalogue_len(); i++) {
		render_catalogue_entry(i, e);
		n += is_wanted(e, kind, with_input);
	}
	skipped = roll(d, n);
	for (size_t i = 0; i < render_catalogue_len(); i++) {
		render_catalogue_entry(i, e);
		if (is_wanted(e, kind, with_input) && skipped-- == 0)
			return;
	}
}

/* --- Arguments -------------------------------------------------------------------------------------------------- */

static void put_signal(struct dice *d, unsigned depth);
static void put_transform(struct dice *d, unsigned depth);

/* Somewhere in the range, by ratio where it is wide; sometimes just outside. Signals are around 1. */
static double value_of(struct dice *d, const struct render_param *p)
{
	bool is_bounded = p->min < p->max && p->max - p->min < 1e6;
	double lo = is_bounded ? p->min : -2, hi = is_bounded ? p->max : 2;
	double u = (double)roll(d, 256) / 240;

	return lo > 0 && hi / lo > 100 ? lo * pow(hi / lo, u) : lo + (hi - lo) * u;
}

static void put_numbers(struct dice *d, const struct render_param *p)
{
	static const char *const joints[] = { " ", " ~ ", " ", "*2 ", " [1 2] " };

	put(d, "\"");
	put_number(d, value_of(d, p));
	for (unsigned n = roll(d, 4); n > 0; n--) {
		put(d, p->argument == RENDER_ARGUMENT_NUMBERS ? " " : joints[roll(d, 5)]);
		put_number(d, value_of(d, p));
	}
	put(d, "\"");
}

static void put_words(struct dice *d, const struct render_param *p)
{
	size_t n = 0;

	while (p->words[n])
		n++;
	put(d, "\"<");
	for (unsigned k = 1 + roll(d, 3); k > 0; k--) {
		put(d, p->words[roll(d, (unsigned)n)]);
		put(d, k > 1 ? " " : ">\"");
	}
}

static void put_bus(struct dice *d)
{
	d->is_full |= buf_printf(d->out, "~b%u", roll(d, d->n_buses)) < 0;
}

static void put_value(struct dice *d, const struct render_param *p, unsigned depth)
{
	switch (depth < DEPTH_MAX ? roll(d, 6) : roll(d, 3)) {
	case 1:
		put_numbers(d, p);
		break;
	case 2:
		put_bus(d);
		break;
	case 3:
		put(d, "(");
		put_signal(d, depth + 1);
		put(d, ")");
		break;
	default:
		put_number(d, value_of(d, p));
	}
}

static void put_argument(struct dice *d, const struct render_param *p, unsigned depth)
{
	static const char *const gates[] = { "\"t(3,8)\"", "\"t f t t\"", "\"1*4\"", "\"<t f> t\"" };

	put(d, " ");
	if (p->words && p->argument != RENDER_ARGUMENT_SIGNAL) {
		put_words(d, p);
		return;
	}
	switch (p->argument) {
	case RENDER_ARGUMENT_CONSTANT:
		put_number(d, value_of(d, p));
		break;
	case RENDER_ARGUMENT_NUMBERS:
	case RENDER_ARGUMENT_PATTERN:
		put_numbers(d, p);
		break;
	case RENDER_ARGUMENT_GATE:
		put(d, gates[roll(d, 4)]);
		break;
	case RENDER_ARGUMENT_TRANSFORM:
	case RENDER_ARGUMENT_TRANSFORMS:
		put(d, "(");
		put_transform(d, depth + 1);
		put(d, ")");
		break;
	case RENDER_ARGUMENT_NAMES:
	case RENDER_ARGUMENT_LIST:
		put(d, "\"0\"");
		break;
	default:
		put_value(d, p, depth);
	}
}

static void put_call(struct dice *d, const struct render_entry *e, unsigned depth)
{
	put(d, e->name);
	for (unsigned p = 0; p < e->n_params; p++) {
		const struct render_param *param = &e->params[p];

		if (param->argument == RENDER_ARGUMENT_INPUT)
			continue;
		if (param->is_optional && roll(d, 3) == 0)
			break; /* the rest have their defaults */
		put_argument(d, param, depth);
	}
}

/* --- Expressions ------------------------------------------------------------------------------------------------ */

static void put_transform(struct dice *d, unsigned depth)
{
	struct render_entry e;

	choose(d, RENDER_ENTRY_TRANSFORM, false, &e);
	if (depth > DEPTH_MAX)
		put(d, "rev");
	else
		put_call(d, &e, depth);
}

static void put_events(struct dice *d, unsigned depth)
{
	static const char *const names[] = { "bd*2 sn",       "hh*8",      "bd(3,8) ~ cp?",
					     "<bass tone>*3", "~b0 ~b0*2", "808bd:1 [cp, rim]" };
	struct render_entry e;

	put(d, "s \"");
	put(d, names[roll(d, 6)]);
	put(d, "\"");
	for (unsigned n = roll(d, CHAIN_MAX); n > 0; n--) {
		choose(d, RENDER_ENTRY_MODIFIER, false, &e);
		put(d, " # ");
		put_call(d, &e, depth);
	}
	for (unsigned n = roll(d, CHAIN_MAX); n > 0; n--) {
		put(d, " $ ");
		put_transform(d, depth);
	}
}

static void put_source(struct dice *d, unsigned depth)
{
	struct render_entry e;

	switch (roll(d, 6)) {
	case 0:
		put(d, "(");
		put_events(d, depth);
		put(d, ")");
		break;
	case 1:
		put_bus(d);
		break;
	default:
		choose(d, RENDER_ENTRY_FUNCTION, false, &e);
		put_call(d, &e, depth);
	}
}

/* a # f # g, or a sum or product of two */
static void put_signal(struct dice *d, unsigned depth)
{
	static const char *const operators[] = { " + ", " - ", " * ", " / " };
	struct render_entry e;

	if (depth < DEPTH_MAX && roll(d, 4) == 3) {
		put(d, "(");
		put_signal(d, depth + 1);
		put(d, ")");
		put(d, operators[roll(d, 4)]);
	}
	put_source(d, depth);
	for (unsigned n = roll(d, CHAIN_MAX + 1); n > 0; n--) {
		choose(d, RENDER_ENTRY_FUNCTION, true, &e);
		put(d, " # ");
		put_call(d, &e, depth + 1);
	}
}

int random_program(const uint8_t *bytes, size_t n_bytes, struct buf *out)
{
	struct dice d = { .bytes = bytes, .n_bytes = n_bytes, .out = out };
	unsigned n_buses = 1 + roll(&d, BUSES_MAX);

	d.n_buses = n_buses;
	for (unsigned b = 0; b < n_buses; b++) {
		d.is_full |= buf_printf(out, "~b%u $ ", b) < 0;
		put_signal(&d, 0);
		put(&d, "\n");
	}
	put(&d, "out $ (");
	put_signal(&d, 0);
	put(&d, ") * 0.1\n");
	return d.is_full ? -1 : 0;
}
