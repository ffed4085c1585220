/* One row per option: its name, type and range. Values go to the spec through option_store(); the rest of the file is
 * complaining. */
#include "server/spec_option.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "server/url.h"

/* The largest integer that every JSON implementation keeps exact (RFC 8259 section 6). */
#define SEED_MAX 9007199254740991.0
#define CYCLES_MAX 1e9
#define DURATION_MAX_S 1e9

enum option_type {
	OPTION_NUMBER,
	OPTION_INTEGER,
	OPTION_NAME,
	OPTION_NUMBER_OR_NAME, /* a number in the range, or the one word of `words` */
	OPTION_CYCLE,          /* a number in the range, or a text such as "7/3" */
	OPTION_TRUTH,
};

enum option_id {
	OPTION_BITRATE,
	OPTION_BLOCK,
	OPTION_CHANNELS,
	OPTION_CYCLES,
	OPTION_DURATION,
	OPTION_FADE_IN,
	OPTION_FADE_OUT,
	OPTION_FORMAT,
	OPTION_FROM_CYCLE,
	OPTION_GAIN,
	OPTION_LIMITER,
	OPTION_NORMALIZE,
	OPTION_NORMALIZE_TO,
	OPTION_PRIORITY,
	OPTION_QUALITY,
	OPTION_SAMPLE_RATE,
	OPTION_SEED,
	OPTION_STEMS,
	OPTION_SUBTYPE,
	OPTION_TAIL,
	OPTION_THREADS,
	OPTION_TO_CYCLE,
	OPTION_COUNT
};

#define BITRATE_MIN RENDER_BITRATE_CHANNEL_MIN
#define BITRATE_MAX (2 * RENDER_BITRATE_CHANNEL_MAX)

static const struct option {
	const char *name;
	enum option_type type;
	double min, max;               /* inclusive */
	bool is_above_min;             /* min itself is not allowed */
	const char *words;             /* of a name: those allowed, for messages */
	int (*find)(const char *name); /* of a name: its number, or -1 */
} options[OPTION_COUNT] = {
	[OPTION_BITRATE] = { .name = "bitrate", .type = OPTION_NUMBER, .min = BITRATE_MIN, .max = BITRATE_MAX },
	[OPTION_BLOCK] = { .name = "block",
			   .type = OPTION_INTEGER,
			   .min = RENDER_BLOCK_FRAMES_MIN,
			   .max = RENDER_BLOCK_FRAMES_MAX },
	[OPTION_CHANNELS] = { .name = "channels", .type = OPTION_INTEGER, .min = 1, .max = 2 },
	[OPTION_CYCLES] = { .name = "cycles",
			    .type = OPTION_NUMBER,
			    .min = 0,
			    .max = CYCLES_MAX,
			    .is_above_min = true },
	[OPTION_DURATION] = { .name = "duration",
			      .type = OPTION_NUMBER,
			      .min = 0,
			      .max = DURATION_MAX_S,
			      .is_above_min = true },
	[OPTION_FADE_IN] = { .name = "fade_in", .type = OPTION_NUMBER, .min = 0, .max = RENDER_FADE_MAX_S },
	[OPTION_FADE_OUT] = { .name = "fade_out", .type = OPTION_NUMBER, .min = 0, .max = RENDER_FADE_MAX_S },
	[OPTION_FORMAT] = { .name = "format",
			    .type = OPTION_NAME,
			    .words = "wav, flac, vorbis or opus",
			    .find = audio_format_find },
	[OPTION_FROM_CYCLE] = { .name = "from_cycle", .type = OPTION_CYCLE, .min = 0, .max = CYCLES_MAX },
	[OPTION_GAIN] = { .name = "gain", .type = OPTION_NUMBER, .min = 0, .max = RENDER_GAIN_MAX },
	[OPTION_LIMITER] = { .name = "limiter",
			     .type = OPTION_NUMBER_OR_NAME,
			     .min = RENDER_CEILING_DB_MIN,
			     .max = 0,
			     .words = "off" },
	[OPTION_NORMALIZE] = { .name = "normalize",
			       .type = OPTION_NAME,
			       .words = "none, peak or loudness",
			       .find = normalize_mode_find },
	[OPTION_NORMALIZE_TO] = { .name = "normalize_to", .type = OPTION_NUMBER, .min = RENDER_LEVEL_DB_MIN, .max = 0 },
	[OPTION_PRIORITY] = { .name = "priority", .type = OPTION_INTEGER, .min = 0, .max = 9 },
	[OPTION_QUALITY] = { .name = "quality", .type = OPTION_NUMBER, .min = 0, .max = RENDER_QUALITY_MAX },
	[OPTION_SAMPLE_RATE] = { .name = "sample_rate",
				 .type = OPTION_INTEGER,
				 .min = RENDER_SAMPLE_RATE_MIN,
				 .max = RENDER_SAMPLE_RATE_MAX },
	[OPTION_SEED] = { .name = "seed", .type = OPTION_INTEGER, .min = 0, .max = SEED_MAX },
	[OPTION_STEMS] = { .name = "stems", .type = OPTION_TRUTH, .min = 0, .max = 1 },
	[OPTION_SUBTYPE] = { .name = "subtype",
			     .type = OPTION_NAME,
			     .words = "pcm_16, pcm_24 or float_32",
			     .find = audio_subtype_find },
	[OPTION_TAIL] = { .name = "tail",
			  .type = OPTION_NUMBER_OR_NAME,
			  .min = 0,
			  .max = RENDER_TAIL_MAX_S,
			  .words = "auto" },
	[OPTION_THREADS] = { .name = "threads", .type = OPTION_INTEGER, .min = 1, .max = RENDER_THREADS_MAX },
	[OPTION_TO_CYCLE] = { .name = "to_cycle",
			      .type = OPTION_CYCLE,
			      .min = 0,
			      .max = CYCLES_MAX,
			      .is_above_min = true },
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

/* "'must be' what, found that": the texts of a query are not quoted by whoever sent them, so they are here. */
static void complain_type(struct spec_problems *l, struct origin o, const struct option_value *v, const char *wanted)
{
	switch (v->type) {
	case VALUE_TEXT:
		complain(l, o, "wrong-type", "'%s' must be %s, found \"%.40s\"", o.name, wanted, v->text);
		break;
	case VALUE_NUMBER:
		complain(l, o, "wrong-type", "'%s' must be %s, found %g", o.name, wanted, v->number);
		break;
	case VALUE_TRUTH:
		complain(l, o, "wrong-type", "'%s' must be %s, found %s", o.name, wanted,
			 v->number != 0 ? "true" : "false");
		break;
	case VALUE_LIST:
	case VALUE_OTHER:
		complain(l, o, "wrong-type", "'%s' must be %s, found a list, an object or null", o.name, wanted);
		break;
	}
}

static void complain_unknown(struct spec_problems *l, struct origin o)
{
	const char *names[OPTION_COUNT + SPEC_TERMS_N + 1], *near;
	size_t n = 0;
	struct spec_problem *p = complain(l, o, "unknown-option", "there is no option '%.60s'", o.name);

	for (; n < OPTION_COUNT; n++)
		names[n] = options[n].name;
	for (int i = 0; i < SPEC_TERMS_N; i++)
		names[n++] = spec_term_names[i];
	if (o.is_json)
		names[n++] = "source";
	near = diag_nearest(o.name, strlen(o.name), names, n);
	if (near)
		snprintf(p->suggestion, sizeof p->suggestion, "did you mean '%s'?", near);
}

static void complain_range(struct spec_problems *l, struct origin o, const struct option *opt, double found)
{
	bool has_word = opt->type == OPTION_NUMBER_OR_NAME;
	if (opt->is_above_min)
		complain(l, o, "out-of-range", "'%s' must be above %.16g and at most %.16g, found %.15g", opt->name,
			 opt->min, opt->max, found);
	else
		complain(l, o, "out-of-range", "'%s' must be %.16g..%.16g%s%s, found %.15g", opt->name, opt->min,
			 opt->max, has_word ? " or " : "", has_word ? opt->words : "", found);
}

/* --- One option ------------------------------------------------------------------------------------------- */

static int option_find(const char *name)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (strcmp(options[i].name, name) == 0)
			return i;
	return -1;
}

/* What decides the sound and the file. False: the option is not one of these. */
static bool render_store(struct render_spec *r, enum option_id id, double v)
{
	switch (id) {
	case OPTION_BITRATE:
		r->bitrate_kbps = v;
		return true;
	case OPTION_FADE_IN:
		r->fade_in_s = v;
		return true;
	case OPTION_FADE_OUT:
		r->fade_out_s = v;
		return true;
	case OPTION_FROM_CYCLE:
		r->from_cycle = v;
		return true;
	case OPTION_FORMAT:
		r->format = (enum audio_format)v;
		return true;
	case OPTION_GAIN:
		r->gain = v;
		return true;
	case OPTION_LIMITER:
		r->has_limiter = true;
		r->ceiling_db = v;
		return true;
	case OPTION_NORMALIZE:
		r->normalize = (enum normalize_mode)v;
		return true;
	case OPTION_NORMALIZE_TO:
		r->normalize_to = v;
		return true;
	case OPTION_QUALITY:
		r->quality = v;
		return true;
	case OPTION_STEMS:
		r->has_stems = v != 0;
		return true;
	case OPTION_SUBTYPE:
		r->subtype = (enum audio_subtype)v;
		return true;
	case OPTION_TAIL:
		r->tail_s = v;
		return true;
	case OPTION_TO_CYCLE:
		r->to_cycle = v;
		return true;
	default:
		return false;
	}
}

static void option_store(struct spec *s, enum option_id id, double v)
{
	struct render_spec *r = &s->render;

	if (render_store(r, id, v))
		return;
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
	case OPTION_PRIORITY:
		s->priority = (int)v;
		break;
	case OPTION_SAMPLE_RATE:
		r->sample_rate_hz = (uint32_t)v;
		break;
	case OPTION_SEED:
		r->seed = (uint64_t)v;
		break;
	case OPTION_THREADS:
		r->threads = (unsigned)v;
		break;
	default:
		break;
	}
}

static void set_name(struct spec *s, enum option_id id, struct origin o, const struct option_value *v,
		     struct spec_problems *l)
{
	const struct option *opt = &options[id];
	int found;

	if (v->type != VALUE_TEXT) {
		complain_type(l, o, v, "a string");
		return;
	}
	found = opt->find(v->text);
	if (found < 0)
		complain(l, o, "out-of-range", "'%s' must be %s", opt->name, opt->words);
	else
		option_store(s, id, found);
}

static void complain_no_number(struct spec_problems *l, struct origin o, const struct option *opt,
			       const struct option_value *v)
{
	char wanted[64] = "a number";

	if (opt->type == OPTION_NUMBER_OR_NAME)
		snprintf(wanted, sizeof wanted, "a number or \"%s\"", opt->words);
	complain_type(l, o, v, wanted);
}

/* The word that stands beside the numbers of an option. */
static void set_word(struct spec *s, enum option_id id, struct origin o, const struct option_value *v,
		     struct spec_problems *l)
{
	const struct option *opt = &options[id];

	if (strcmp(v->text, opt->words) != 0)
		complain_no_number(l, o, opt, v);
	else if (id == OPTION_TAIL)
		s->render.is_tail_automatic = true;
	else
		s->render.has_limiter = false;
}

static void set_truth(struct spec *s, enum option_id id, struct origin o, const struct option_value *v,
		      struct spec_problems *l)
{
	bool is_truth = v->type == VALUE_TRUTH;

	/* In a query everything is text, and 1 is short. */
	if (!o.is_json && v->type == VALUE_NUMBER)
		is_truth = v->number == 0 || v->number == 1;
	if (is_truth)
		option_store(s, id, v->number);
	else
		complain_type(l, o, v, "true or false");
}

static void set_number(struct spec *s, enum option_id id, struct origin o, const struct option_value *v,
		       struct spec_problems *l)
{
	const struct option *opt = &options[id];

	if (v->type != VALUE_NUMBER) {
		complain_no_number(l, o, opt, v);
		return;
	}
	if (opt->type == OPTION_INTEGER && !v->is_integer) {
		complain_type(l, o, v, "a whole number");
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

/* A third of a cycle is no decimal. */
static void set_cycle(struct spec *s, enum option_id id, struct origin o, const struct option_value *v,
		      struct spec_problems *l)
{
	struct option_value number = *v;

	if (v->type == VALUE_TEXT && render_parse_cycle(v->text, &number.number) == 0)
		number.type = VALUE_NUMBER;
	if (number.type == VALUE_NUMBER)
		set_number(s, id, o, &number, l);
	else
		complain(l, o, "wrong-type", "'%s' must be a number, or a text such as \"7/3\"", options[id].name);
}

static void set_option(struct spec *s, enum option_id id, struct origin o, const struct option_value *v,
		       struct spec_problems *l)
{
	switch (options[id].type) {
	case OPTION_NAME:
		set_name(s, id, o, v, l);
		break;
	case OPTION_TRUTH:
		set_truth(s, id, o, v, l);
		break;
	case OPTION_NUMBER_OR_NAME:
		if (v->type == VALUE_TEXT) {
			set_word(s, id, o, v, l);
			break;
		}
		/* fall through */
	case OPTION_NUMBER:
	case OPTION_INTEGER:
		set_number(s, id, o, v, l);
		break;
	case OPTION_CYCLE:
		set_cycle(s, id, o, v, l);
		break;
	}
}

/* --- All together --------------------------------------------------------------------------------------- */

static void spec_init(struct spec *s)
{
	*s = (struct spec){ .priority = PRIORITY_DEFAULT };
	render_spec_init(&s->render);
}

/* Length is given in cycles or in seconds; else the render ends where its window does. seen[] has the options that were
 * given. */
static void finish_length(struct spec *s, const bool *seen, bool is_json, struct spec_problems *l)
{
	if (seen[OPTION_CYCLES] && seen[OPTION_DURATION])
		complain(l, (struct origin){ "duration", is_json }, "conflict",
			 "give either 'cycles' or 'duration', not both");
	else if (seen[OPTION_CYCLES])
		s->render.duration_s = 0;
	else if (seen[OPTION_DURATION])
		s->render.cycles = 0;
	else if (seen[OPTION_TO_CYCLE])
		s->render.cycles = s->render.to_cycle;
}

/* Options that mean something only beside others. */
static void check_company(const struct spec *s, const bool *seen, bool is_json, struct spec_problems *l)
{
	const struct render_spec *r = &s->render;
	const struct {
		enum option_id id;
		bool is_fitting;
		const char *message;
	} rules[] = {
		{ OPTION_SUBTYPE, !audio_format_is_lossy(r->format), "'subtype' goes with the formats wav and flac" },
		{ OPTION_QUALITY, r->format == AUDIO_FORMAT_VORBIS, "'quality' goes with the format vorbis" },
		{ OPTION_BITRATE, r->format == AUDIO_FORMAT_OPUS, "'bitrate' goes with the format opus" },
		{ OPTION_NORMALIZE_TO, r->normalize != NORMALIZE_NONE,
		  "'normalize_to' goes with 'normalize', which must be peak or loudness" },
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (seen[rules[i].id] && !rules[i].is_fitting)
			complain(l, (struct origin){ options[rules[i].id].name, is_json }, "conflict", "%s",
				 rules[i].message);
}

static void fill_defaults(struct spec *s, const bool *seen)
{
	struct render_spec *r = &s->render;

	if (!seen[OPTION_SAMPLE_RATE])
		r->sample_rate_hz = audio_format_default_rate(r->format);
	if (!seen[OPTION_NORMALIZE_TO])
		r->normalize_to = normalize_mode_default(r->normalize);
	s->has_format = seen[OPTION_FORMAT];
	s->has_sample_rate = seen[OPTION_SAMPLE_RATE];
}

/* What the renderer knows of the values together; its message begins with the name of the option in quotes. */
static void check_together(const struct spec *s, bool is_json, struct spec_problems *l)
{
	struct render_spec r = s->render;
	struct error err = ERROR_INIT;
	char name[32] = "";

	r.source = "";
	r.source_len = 0;
	if (render_spec_check(&r, &err) == 0)
		return;
	sscanf(err.message, "'%31[^']", name);
	complain(l, (struct origin){ name, is_json }, "out-of-range", "%s", err.message);
}

/* seen[] has the options that were given. */
static void finish_options(struct spec *s, const bool *seen, bool is_json, struct spec_problems *l)
{
	finish_length(s, seen, is_json, l);
	check_company(s, seen, is_json, l);
	fill_defaults(s, seen);
	if (l->n == 0)
		check_together(s, is_json, l);
}

/* --- The reader ------------------------------------------------------------------------------------------- */

_Static_assert((int)OPTION_COUNT <= (int)SPEC_OPTIONS_MAX, "a reader has room for every option");

struct spec_reader spec_reader_begin(struct spec *spec, struct spec_problems *problems, bool is_json)
{
	spec_init(spec);
	*problems = (struct spec_problems){ .n = 0 };
	return (struct spec_reader){ .spec = spec, .problems = problems, .is_json = is_json };
}

void spec_reader_take(struct spec_reader *r, const char *name, const struct option_value *v)
{
	struct origin o = { name, r->is_json };
	int id = option_find(name);

	if (id < 0) {
		if (spec_term_take(r, name, v) < 0)
			complain_unknown(r->problems, o);
	} else if (r->seen[id]) {
		complain(r->problems, o, "duplicate", "'%s' is given more than once", name);
	} else {
		r->seen[id] = true;
		set_option(r->spec, (enum option_id)id, o, v, r->problems);
	}
}

void spec_reader_complain(struct spec_reader *r, const char *name, const char *code, const char *message)
{
	complain(r->problems, (struct origin){ name, r->is_json }, code, "%s", message);
}

int spec_reader_end(struct spec_reader *r, struct error *err)
{
	const struct spec_problems *l = r->problems;

	finish_options(r->spec, r->seen, r->is_json, r->problems);
	if (l->n == 0)
		return 0;
	return error_set(err, ERR_INVALID, "%s", l->n == 1 ? l->items[0].message : "several options are not valid");
}
