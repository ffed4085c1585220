/* One row per option: its name, type and range. Values arrive as a struct value, from JSON or from text, and go to the
 * spec through option_store(); the rest of the file is walking and complaining. */
#include "server/json_spec.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "server/url.h"

/* The largest integer that every JSON implementation keeps exact (RFC 8259 section 6). */
#define SEED_MAX 9007199254740991.0
#define CYCLES_MAX 1e9
#define DURATION_MAX_S 1e9

enum option_type { OPTION_NUMBER, OPTION_INTEGER, OPTION_NAME };

enum option_id {
	OPTION_BLOCK,
	OPTION_CHANNELS,
	OPTION_CYCLES,
	OPTION_DURATION,
	OPTION_FORMAT,
	OPTION_FROM_CYCLE,
	OPTION_GAIN,
	OPTION_PRIORITY,
	OPTION_SAMPLE_RATE,
	OPTION_SEED,
	OPTION_SUBTYPE,
	OPTION_THREADS,
	OPTION_COUNT
};

static const struct option {
	const char *name;
	enum option_type type;
	double min, max;   /* inclusive */
	bool is_above_min; /* min itself is not allowed */
} options[OPTION_COUNT] = {
	[OPTION_BLOCK] = { "block", OPTION_INTEGER, RENDER_BLOCK_FRAMES_MIN, RENDER_BLOCK_FRAMES_MAX, false },
	[OPTION_CHANNELS] = { "channels", OPTION_INTEGER, 1, 2, false },
	[OPTION_CYCLES] = { "cycles", OPTION_NUMBER, 0, CYCLES_MAX, true },
	[OPTION_DURATION] = { "duration", OPTION_NUMBER, 0, DURATION_MAX_S, true },
	[OPTION_FORMAT] = { "format", OPTION_NAME, 0, 0, false },
	[OPTION_FROM_CYCLE] = { "from_cycle", OPTION_NUMBER, 0, CYCLES_MAX, false },
	[OPTION_GAIN] = { "gain", OPTION_NUMBER, 0, RENDER_GAIN_MAX, false },
	[OPTION_PRIORITY] = { "priority", OPTION_INTEGER, 0, 9, false },
	[OPTION_SAMPLE_RATE] = { "sample_rate", OPTION_INTEGER, RENDER_SAMPLE_RATE_MIN, RENDER_SAMPLE_RATE_MAX, false },
	[OPTION_SEED] = { "seed", OPTION_INTEGER, 0, SEED_MAX, false },
	[OPTION_SUBTYPE] = { "subtype", OPTION_NAME, 0, 0, false },
	[OPTION_THREADS] = { "threads", OPTION_INTEGER, 1, RENDER_THREADS_MAX, false },
};

/* A value as it came. */
struct value {
	enum { VALUE_NUMBER, VALUE_TEXT, VALUE_OTHER } type;
	double number;
	bool is_integer;
	const char *text;
};

/* Where a value came from, for complaints. */
struct origin {
	const char *name;
	bool is_json;
};

/* --- Complaints ------------------------------------------------------------------------------------------- */

/* "/" and the name, with "~" and "/" escaped (RFC 6901); a long name is cut. */
static void print_pointer(char *out, size_t size, const char *name)
{
	size_t n = 0;

	out[n++] = '/';
	for (; *name && n + 3 < size; name++) {
		if (*name == '~' || *name == '/') {
			out[n++] = '~';
			out[n++] = *name == '~' ? '0' : '1';
		} else {
			out[n++] = *name;
		}
	}
	/* Not in the middle of a character. */
	while (n > 1 && !text_is_utf8(out, n))
		n--;
	out[n] = '\0';
}

static struct spec_problem *complain(struct spec_problems *l, struct origin o, const char *code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static struct spec_problem *complain(struct spec_problems *l, struct origin o, const char *code, const char *fmt, ...)
{
	struct spec_problem *p = &l->items[l->n < SPEC_PROBLEMS_MAX ? l->n : SPEC_PROBLEMS_MAX - 1];
	va_list ap;

	if (l->n < SPEC_PROBLEMS_MAX)
		l->n++;
	*p = (struct spec_problem){ .code = code };
	if (o.is_json)
		print_pointer(p->pointer, sizeof p->pointer, o.name);
	else
		snprintf(p->parameter, sizeof p->parameter, "%s", o.name);
	va_start(ap, fmt);
	vsnprintf(p->message, sizeof p->message, fmt, ap);
	va_end(ap);
	return p;
}

static void complain_unknown(struct spec_problems *l, struct origin o)
{
	const char *names[OPTION_COUNT + 1], *near;
	size_t n = 0;
	struct spec_problem *p = complain(l, o, "unknown-option", "there is no option of this name");

	for (; n < OPTION_COUNT; n++)
		names[n] = options[n].name;
	if (o.is_json)
		names[n++] = "source";
	near = diag_nearest(o.name, strlen(o.name), names, n);
	if (near)
		snprintf(p->suggestion, sizeof p->suggestion, "did you mean '%s'?", near);
}

static void complain_range(struct spec_problems *l, struct origin o, const struct option *opt, double found)
{
	if (opt->is_above_min)
		complain(l, o, "out-of-range", "'%s' must be above %.16g and at most %.16g, found %.15g", opt->name,
			 opt->min, opt->max, found);
	else
		complain(l, o, "out-of-range", "'%s' must be %.16g..%.16g, found %.15g", opt->name, opt->min, opt->max,
			 found);
}

/* --- One option ------------------------------------------------------------------------------------------- */

static int option_find(const char *name)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (strcmp(options[i].name, name) == 0)
			return i;
	return -1;
}

static void option_store(struct spec *s, enum option_id id, double v)
{
	struct render_spec *r = &s->render;

	switch (id) {
	case OPTION_BLOCK:
		r->block_frames = (unsigned)v;
		break;
	case OPTION_CHANNELS:
		r->channels = (unsigned)v;
		break;
	case OPTION_CYCLES:
		r->cycles = v;
		break;
	case OPTION_DURATION:
		r->duration_s = v;
		break;
	case OPTION_FORMAT:
		r->format = (enum audio_format)v;
		break;
	case OPTION_FROM_CYCLE:
		s->from_cycle = v;
		s->has_from_cycle = true;
		break;
	case OPTION_GAIN:
		r->gain = v;
		break;
	case OPTION_PRIORITY:
		s->priority = (int)v;
		break;
	case OPTION_SAMPLE_RATE:
		r->sample_rate_hz = (uint32_t)v;
		break;
	case OPTION_SEED:
		r->seed = (uint64_t)v;
		break;
	case OPTION_SUBTYPE:
		r->subtype = (enum audio_subtype)v;
		break;
	case OPTION_THREADS:
		r->threads = (unsigned)v;
		break;
	case OPTION_COUNT:
		break;
	}
}

static void set_name(struct spec *s, enum option_id id, struct origin o, const struct value *v, struct spec_problems *l)
{
	int found;

	if (v->type != VALUE_TEXT) {
		complain(l, o, "wrong-type", "'%s' must be a string", options[id].name);
		return;
	}
	found = id == OPTION_FORMAT ? audio_format_find(v->text) : audio_subtype_find(v->text);
	if (found < 0)
		complain(l, o, "out-of-range", "'%s' must be %s", options[id].name,
			 id == OPTION_FORMAT ? "wav" : "pcm_16, pcm_24 or float_32");
	else
		option_store(s, id, found);
}

static void set_number(struct spec *s, enum option_id id, struct origin o, const struct value *v,
		       struct spec_problems *l)
{
	const struct option *opt = &options[id];

	if (v->type != VALUE_NUMBER) {
		complain(l, o, "wrong-type", "'%s' must be a number", opt->name);
		return;
	}
	if (opt->type == OPTION_INTEGER && !v->is_integer) {
		complain(l, o, "wrong-type", "'%s' must be a whole number", opt->name);
		return;
	}
	if (!(v->number >= opt->min && v->number <= opt->max) || (opt->is_above_min && v->number == opt->min)) {
		complain_range(l, o, opt, v->number);
		return;
	}
	if (id == OPTION_BLOCK && ((unsigned)v->number & ((unsigned)v->number - 1))) {
		complain(l, o, "out-of-range", "'block' must be a power of two, found %.0f", v->number);
		return;
	}
	option_store(s, id, v->number);
}

static void set_option(struct spec *s, enum option_id id, struct origin o, const struct value *v,
		       struct spec_problems *l)
{
	if (options[id].type == OPTION_NAME)
		set_name(s, id, o, v, l);
	else
		set_number(s, id, o, v, l);
}

/* --- The whole -------------------------------------------------------------------------------------------- */

static void spec_init(struct spec *s)
{
	*s = (struct spec){ .priority = PRIORITY_DEFAULT };
	render_spec_init(&s->render);
}

/* Length is given in cycles or in seconds. seen[] has the options that were given. */
static void finish_length(struct spec *s, const bool *seen, bool is_json, struct spec_problems *l)
{
	if (seen[OPTION_CYCLES] && seen[OPTION_DURATION])
		complain(l, (struct origin){ "duration", is_json }, "conflict",
			 "give either 'cycles' or 'duration', not both");
	else if (seen[OPTION_CYCLES])
		s->render.duration_s = 0;
	else if (seen[OPTION_DURATION])
		s->render.cycles = 0;
}

static int verdict(const struct spec_problems *l, struct error *err)
{
	if (l->n == 0)
		return 0;
	return error_set(err, ERR_INVALID, "%s", l->n == 1 ? l->items[0].message : "several options are not valid");
}

static struct value value_of_json(const json_t *j)
{
	struct value v = { .type = VALUE_OTHER };

	if (json_is_number(j)) {
		v.type = VALUE_NUMBER;
		v.number = json_number_value(j);
		v.is_integer = json_is_integer(j) || v.number == floor(v.number);
	} else if (json_is_string(j)) {
		v.type = VALUE_TEXT;
		v.text = json_string_value(j);
	}
	return v;
}

static int take_source(struct arena *a, const json_t *j, struct spec *out, struct spec_problems *l, struct error *err)
{
	if (!json_is_string(j)) {
		complain(l, (struct origin){ "source", true }, "wrong-type", "'source' must be a string");
		return 0;
	}
	out->render.source_len = json_string_length(j);
	out->render.source = arena_strndup(a, json_string_value(j), out->render.source_len);
	if (!out->render.source)
		return error_set(err, ERR_NO_MEMORY, "no memory for the source");
	out->has_source = true;
	return 0;
}

static int walk_members(struct arena *a, json_t *object, struct spec *out, struct spec_problems *l, struct error *err)
{
	bool seen[OPTION_COUNT] = { false };
	const char *name;
	json_t *member;

	json_object_foreach(object, name, member)
	{
		struct origin o = { name, true };
		struct value v = value_of_json(member);
		int id = option_find(name);
		if (a && strcmp(name, "source") == 0) {
			if (take_source(a, member, out, l, err) < 0)
				return -1;
		} else if (id < 0) {
			complain_unknown(l, o);
		} else {
			seen[id] = true;
			set_option(out, (enum option_id)id, o, &v, l);
		}
	}
	if (a && !json_object_get(object, "source"))
		complain(l, (struct origin){ "source", true }, "missing", "'source' is missing");
	finish_length(out, seen, true, l);
	return verdict(l, err);
}

int spec_parse_json(struct arena *a, const char *text, size_t len, struct spec *out, struct spec_problems *problems,
		    struct json_place *place, struct error *err)
{
	json_error_t at;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &at);
	int result;

	spec_init(out);
	*problems = (struct spec_problems){ .n = 0 };
	*place = (struct json_place){ .line = 0 };
	if (!root) {
		*place = (struct json_place){ at.line > 0 ? (unsigned)at.line : 1,
					      at.column > 0 ? (unsigned)at.column : 1,
					      at.position > 0 ? (size_t)at.position : 0 };
		return error_set(err, ERR_INVALID, "%s", at.text);
	}
	if (json_is_object(root)) {
		result = walk_members(a, root, out, problems, err);
	} else {
		complain(problems, (struct origin){ "", true }, "wrong-type", "the body must be an object");
		problems->items[0].pointer[0] = '\0';
		result = verdict(problems, err);
	}
	json_decref(root);
	return result;
}

/* A decimal number and nothing else: what JSON allows. */
static struct value value_of_text(const char *text)
{
	struct value v = { .type = VALUE_TEXT, .text = text };
	size_t n = strspn(text, "0123456789.eE+-");
	char *end;

	if (n == 0 || text[n] != '\0' || *text == '+')
		return v;
	v.number = strtod(text, &end);
	if (*end == '\0' && isfinite(v.number)) {
		v.type = VALUE_NUMBER;
		v.is_integer = v.number == floor(v.number);
	}
	return v;
}

static bool is_listed(const char *name, const char *const *list)
{
	for (; list && *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

int spec_parse_query(const struct http_pair *query, size_t n, const char *const *ignored, struct spec *out,
		     struct spec_problems *problems, struct error *err)
{
	bool seen[OPTION_COUNT] = { false };

	spec_init(out);
	*problems = (struct spec_problems){ .n = 0 };
	for (size_t i = 0; i < n; i++) {
		struct origin o = { query[i].name, false };
		struct value v = value_of_text(query[i].value);
		int id = option_find(query[i].name);
		if (is_listed(query[i].name, ignored))
			continue;
		if (id < 0) {
			complain_unknown(problems, o);
		} else if (seen[id]) {
			complain(problems, o, "duplicate", "'%s' is given more than once", query[i].name);
		} else {
			seen[id] = true;
			set_option(out, (enum option_id)id, o, &v, problems);
		}
	}
	finish_length(out, seen, false, problems);
	return verdict(problems, err);
}

/* --- Canonical options ------------------------------------------------------------------------------------ */

/* The shortest decimal that reads back as v: 0.1, not 0.10000000000000001. */
static void print_shortest(char *out, size_t size, double v)
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, size, "%.*g", digits, v);
		if (strtod(out, NULL) == v)
			return;
	}
}

static int put_number(struct buf *b, const char *name, double v)
{
	char number[40];

	print_shortest(number, sizeof number, v);
	return buf_printf(b, "%s\"%s\":%s", b->len > 1 ? "," : "", name, number);
}

static int put_name(struct buf *b, const char *name, const char *value)
{
	return buf_printf(b, "%s\"%s\":\"%s\"", b->len > 1 ? "," : "", name, value);
}

char *spec_print_options(const struct spec *spec)
{
	const struct render_spec *r = &spec->render;
	struct buf b = BUF_INIT;
	int failed = buf_printf(&b, "{");

	if (r->block_frames)
		failed |= put_number(&b, "block", r->block_frames);
	failed |= put_number(&b, "channels", r->channels);
	if (r->cycles > 0)
		failed |= put_number(&b, "cycles", r->cycles);
	else
		failed |= put_number(&b, "duration", r->duration_s);
	failed |= put_name(&b, "format", audio_format_name(r->format));
	failed |= put_number(&b, "gain", r->gain);
	failed |= put_number(&b, "sample_rate", r->sample_rate_hz);
	failed |= put_number(&b, "seed", (double)r->seed);
	failed |= put_name(&b, "subtype", audio_subtype_name(r->subtype));
	if (r->threads)
		failed |= put_number(&b, "threads", r->threads);
	failed |= buf_printf(&b, "}");
	if (failed)
		buf_fini(&b);
	return buf_take(&b);
}

int spec_parse_options(const char *text, struct spec *out, struct error *err)
{
	struct spec_problems problems = { .n = 0 };
	json_error_t at;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &at);
	int result;

	spec_init(out);
	if (!json_is_object(root)) {
		json_decref(root);
		return error_set(err, ERR_CORRUPT, "the stored options of the job are not a JSON object");
	}
	result = walk_members(NULL, root, out, &problems, NULL);
	json_decref(root);
	if (result < 0)
		return error_set(err, ERR_CORRUPT, "the stored options of the job: %s", problems.items[0].message);
	return 0;
}
