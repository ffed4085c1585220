/* Every function in every form in which it can be called: forms that mean the same give the same file, and every signal
 * parameter takes numbers, patterns, buses and expressions. The registry says what there is; no program is written here
 * by hand. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "render/dsp/node.h"
#include "render/pattern/transform.h"
#include "render/render.h"
#include "tests/lib/render.h"
#include "tests/lib/test.h"

#define CYCLES 0.05 /* a tenth of a second */

enum { PROGRAM_SIZE = 2048, VALUE_SIZE = 32 };

static struct render_engine *engine;

static void setup(void)
{
	struct render_config config = { .n_threads = 1 };
	struct error err = ERROR_INIT;

	engine = render_engine_new(&config, &err);
	ck_assert_msg(engine != NULL, "%s", err.message);
}

static void teardown(void)
{
	render_engine_free(engine);
}

struct program {
	char text[PROGRAM_SIZE];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void append(struct program *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(p->text + p->len, sizeof p->text - p->len, format, args);
	va_end(args);
	ck_assert_uint_lt(p->len + (size_t)n, sizeof p->text);
	p->len += (size_t)n;
}

static void play(const char *name, const struct program *p, uint8_t sha256[SHA256_BYTES])
{
	struct render_result result;

	render_program(engine, name, p->text, CYCLES, 0, &result);
	ck_assert_msg(isfinite(result.peak), "%s: %s", name, p->text);
	memcpy(sha256, result.sha256, SHA256_BYTES);
}

/* --- Functions -------------------------------------------------------------------------------------------------- */

static bool is_optional(const struct param_def *p)
{
	return p->flags & PARAM_OPTIONAL;
}

/* A value that every parameter takes: the default, or one in the middle of the range. */
static double middle(const struct param_def *p)
{
	double low = fmax(p->min, 0), high = fmin(p->max, 1000);

	if (is_optional(p))
		return p->def;
	if (p->flags & PARAM_PITCH)
		return 220;
	if (p->words)
		return 1;
	return low > 0 ? floor(sqrt(low * high)) + low : high > 1 ? fmin(high / 4, 2) : (low + high) / 2;
}

static void value_text(const struct param_def *p, char out[VALUE_SIZE])
{
	if (p->flags & PARAM_GATE)
		snprintf(out, VALUE_SIZE, "\"t f t f\"");
	else if (p->flags & PARAM_LIST)
		snprintf(out, VALUE_SIZE, "\"0.5 0.25\"");
	else
		snprintf(out, VALUE_SIZE, "%.10g", middle(p));
}

/* How a call names its arguments, and which of the optional ones it has. */
enum { BY_NAME = 1, WITH_OPTIONAL = 2, OPTIONAL_BY_NAME = 4 };

/* The arguments of a call; input is NULL where it comes before `#`. instead replaces the value of parameter number `at`. */
static void append_arguments(struct program *out, const struct node_def *def, const char *input, unsigned how,
			     unsigned at, const char *instead)
{
	for (unsigned p = 0; p < def->n_params; p++) {
		const struct param_def *param = &def->params[p];
		bool is_input = param->flags & PARAM_INPUT, is_given = is_input ? input != NULL : !is_optional(param);
		char value[VALUE_SIZE];

		if (p != at && !is_given && (is_input || !(how & (WITH_OPTIONAL | OPTIONAL_BY_NAME))))
			continue;
		value_text(param, value);
		if (how & BY_NAME || (p == at && is_optional(param)) ||
		    (how & OPTIONAL_BY_NAME && !is_input && is_optional(param)))
			append(out, " :%s", param->name);
		append(out, " %s", p == at ? instead : is_input ? input : value);
	}
}

static unsigned input_of(const struct node_def *def)
{
	unsigned p = 0;

	while (p < def->n_params && !(def->params[p].flags & PARAM_INPUT))
		p++;
	return p;
}

static struct program call(const struct node_def *def, const char *prelude, const char *input, bool is_behind,
			   unsigned how, unsigned at, const char *instead)
{
	struct program p = { .len = 0 };
	bool has_input = input_of(def) < def->n_params;

	append(&p, "%sout $ ", prelude);
	if (has_input && is_behind)
		append(&p, "%s # ", input);
	append(&p, "%s", def->name);
	append_arguments(&p, def, is_behind || !has_input ? NULL : input, how, at, instead);
	return p;
}

/* Whether a function can be called so with the same meaning. */
static bool is_form_of(const struct node_def *def, bool is_behind, unsigned how)
{
	unsigned input = input_of(def);

	/* Filling all positions moves a parameter. */
	if (how == WITH_OPTIONAL && def->params[def->n_params ? def->n_params - 1 : 0].flags & PARAM_FRONT)
		return false;
	/* An optional input is no argument until all are there: `adsr 0.1 0.2 0.5` is an envelope. */
	return is_behind || how != 0 || input == def->n_params || !is_optional(&def->params[input]);
}

/* Inputs of one channel, of two, and of events. */
enum { SIGNAL_INPUTS = 2, INPUTS };
static const char *const inputs[INPUTS] = { "(saw 110)", "(saw 110 # pan 0.3)", "(s \"bd*8\" # pan 0.3)" };

static const struct node_def *signal_function(int i)
{
	const struct node_def *def = node_registry[i];

	/* The engine's own: no program names it. */
	return def->process && strcmp(def->name, "cycle_select") != 0 ? def : NULL;
}

START_TEST(test_forms_of_a_call_that_mean_the_same_sound_the_same)
{
	static const struct {
		bool is_behind;
		unsigned how;
	} forms[] = {
		{ false, 0 }, { false, OPTIONAL_BY_NAME }, { false, WITH_OPTIONAL },   { false, BY_NAME },
		{ true, 0 },  { true, BY_NAME },           { true, OPTIONAL_BY_NAME }, { true, WITH_OPTIONAL },
	};
	const struct node_def *def = signal_function(_i);
	/* Behind events a modifier sets them; called, it takes their sound. `range 0 1` of events is the transform. */
	bool is_of_events = def && (def->is_modifier || transform_find(def->name, strlen(def->name)));
	size_t n_inputs = is_of_events ? SIGNAL_INPUTS : INPUTS;

	for (size_t in = 0; def && in < n_inputs; in++) {
		uint8_t first[SHA256_BYTES], sha256[SHA256_BYTES];
		unsigned n = 0;

		for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
			if (!is_form_of(def, forms[f].is_behind, forms[f].how))
				continue;
			struct program p =
				call(def, "", inputs[in], forms[f].is_behind, forms[f].how, NODE_PARAMS_MAX, NULL);
			play(def->name, &p, n == 0 ? first : sha256);
			ck_assert_msg(n++ == 0 || memcmp(first, sha256, SHA256_BYTES) == 0, "%s", p.text);
		}
	}
}
END_TEST

/* A signal that sways about the middle of a parameter's range, at audio rate. */
static void sway_text(const struct param_def *p, char *out, size_t size)
{
	double mid = middle(p);

	snprintf(out, size, "(sine 300 * %.10g + %.10g)", fmin(mid, 1000) / 2, mid);
}

START_TEST(test_a_signal_parameter_takes_patterns_buses_and_expressions)
{
	const struct node_def *def = signal_function(_i);

	for (unsigned p = 0; def && p < def->n_params; p++) {
		const struct param_def *param = &def->params[p];
		uint8_t of_expression[SHA256_BYTES], of_bus[SHA256_BYTES], of_pattern[SHA256_BYTES];
		char sway[96], bus[128], pattern[96];

		if (param->flags & (PARAM_INPUT | PARAM_CONST | PARAM_LIST | PARAM_GATE))
			continue;
		sway_text(param, sway, sizeof sway);
		snprintf(bus, sizeof bus, "~m $ %s\n", sway);
		snprintf(pattern, sizeof pattern, "\"%.10g %.10g\"", middle(param), middle(param) / 2);
		struct program by_expression = call(def, "", inputs[1], true, 0, p, sway);
		struct program by_bus = call(def, bus, inputs[1], true, 0, p, "~m");
		struct program by_pattern = call(def, "", inputs[1], true, 0, p, pattern);
		play(def->name, &by_expression, of_expression);
		play(def->name, &by_bus, of_bus);
		play(def->name, &by_pattern, of_pattern);
		ck_assert_msg(memcmp(of_expression, of_bus, SHA256_BYTES) == 0, "%s\n%s", by_bus.text,
			      by_expression.text);
	}
}
END_TEST

/* --- Modifiers -------------------------------------------------------------------------------------------------- */

START_TEST(test_a_modifier_sets_events_in_every_form)
{
	static const char *const formats[] = { "out $ s \"bd*8\" # %s %s", "out $ s \"bd*8\" # %s :%s %s",
					       "out $ s \"bd*8\" :%s %s" };
	const struct node_def *def = node_registry[_i];
	unsigned at = input_of(def) == 0;
	uint8_t first[SHA256_BYTES], sha256[SHA256_BYTES];
	char value[VALUE_SIZE], pattern[VALUE_SIZE + 16];

	if (!def->is_modifier || def->n_params != at + 1)
		return;
	value_text(&def->params[at], value);
	snprintf(pattern, sizeof pattern, "\"%s*4\"", value);
	struct program positional = { .len = 0 }, keyword = positional, direct = positional, by_pattern = positional,
		       by_signal = positional;
	append(&positional, formats[0], def->name, value);
	append(&keyword, formats[1], def->name, def->params[at].name, value);
	append(&direct, formats[2], def->name, value);
	append(&by_pattern, formats[0], def->name, pattern);
	append(&by_signal, formats[0], def->name, "(sine 0.5 * 0.1 + 0.5)");
	const struct program *same[] = { &positional, &keyword, &direct, &by_pattern };
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
		play(def->name, same[i], i == 0 ? first : sha256);
		ck_assert_msg(i == 0 || memcmp(first, sha256, SHA256_BYTES) == 0, "%s", same[i]->text);
	}
	play(def->name, &by_signal, sha256);
}
END_TEST

/* --- Transforms ------------------------------------------------------------------------------------------------- */

/* A number that a transform's parameter takes. */
static double transform_value(const struct render_param *p)
{
	if (p->is_optional)
		return p->def;
	if (p->min >= p->max)
		return 1;
	return p->max <= 1 ? fmax(p->min, 0.25) : fmax(p->min, 2);
}

/* False where an argument is of a kind that only the example knows. */
static bool append_transform_argument(struct program *out, const struct render_param *p, bool is_pattern)
{
	switch (p->argument) {
	case RENDER_ARGUMENT_PATTERN:
		append(out, is_pattern ? " \"<%g %g>\"" : " %g", transform_value(p), transform_value(p));
		return true;
	case RENDER_ARGUMENT_GATE:
		append(out, " \"t f\"");
		return true;
	case RENDER_ARGUMENT_TRANSFORM:
		append(out, " rev");
		return true;
	default:
		return false;
	}
}

START_TEST(test_a_transform_takes_a_pattern_where_it_takes_a_number)
{
	struct program by_number = { .len = 0 }, by_pattern = by_number;
	uint8_t of_number[SHA256_BYTES], of_pattern[SHA256_BYTES];
	struct render_entry e;

	render_catalogue_entry((size_t)_i, &e);
	/* `stutter "2" "3"` is ply's, which has that name too, with its pattern. */
	if (e.kind != RENDER_ENTRY_TRANSFORM || strcmp(e.name, "stutter") == 0)
		return;
	append(&by_number, "out $ s \"bd*16\" $ %s", e.name);
	append(&by_pattern, "out $ s \"bd*16\" $ %s", e.name);
	for (unsigned p = 0; p < e.n_params; p++)
		if (!append_transform_argument(&by_number, &e.params[p], false) ||
		    !append_transform_argument(&by_pattern, &e.params[p], true))
			return;
	play(e.name, &by_number, of_number);
	play(e.name, &by_pattern, of_pattern);
	ck_assert_msg(memcmp(of_number, of_pattern, SHA256_BYTES) == 0, "%s\n%s", by_number.text, by_pattern.text);
}
END_TEST

static Suite *call_forms_suite(void)
{
	Suite *s = suite_create("call forms");
	TCase *t = tcase_create("catalogue");
	int n = (int)node_registry_len;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_forms_of_a_call_that_mean_the_same_sound_the_same, 0, n);
	tcase_add_loop_test(t, test_a_signal_parameter_takes_patterns_buses_and_expressions, 0, n);
	tcase_add_loop_test(t, test_a_modifier_sets_events_in_every_form, 0, n);
	tcase_add_loop_test(t, test_a_transform_takes_a_pattern_where_it_takes_a_number, 0,
			    (int)render_catalogue_len());
	return s;
}

int main(void)
{
	return test_run(call_forms_suite());
}
