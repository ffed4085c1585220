/* Answers the conformance vectors of tests/vectors: a JSON record a line on standard input, an answer a line on
 * standard output, {"id":..,"haps":[..]} or {"id":..,"error":".."}. See tests/vectors/README.md.
 *
 * The engine has what Phonon needs, the vectors are Tidal's; the differences are bridged here: pan is 0..1 in
 * Tidal and -1..1 in Phonon, stut names its parameters in another order, chords are notes only once something
 * asks for notes, and what tells named notes from numbers is Phonon's alone. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/pattern/signal.h"
#include "render/pattern/transform.h"

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024, ARGS_MAX = 8 };

/* One record while it is answered. */
struct answer {
	struct arena arena;
	struct diag_list diags;
	char error[256]; /* empty while there is none */
};

__attribute__((format(printf, 2, 3))) static const struct pattern *fail(struct answer *w, const char *fmt, ...)
{
	va_list ap;

	if (w->error[0])
		return NULL;
	va_start(ap, fmt);
	vsnprintf(w->error, sizeof w->error, fmt, ap);
	va_end(ap);
	return NULL;
}

/* --- Leaves ----------------------------------------------------------------------------------------------- */

static struct value number_value(double x)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = x };
}

static const struct pattern *pure_number(struct answer *w, double x)
{
	return pattern_pure(&w->arena, number_value(x), (struct span){ 0, 0 });
}

/* "c'maj" is the notes of the chord, as in Tidal's note patterns; a word that is no chord stays. */
static bool chord_to_notes(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	double notes[CHORD_NOTES_MAX];
	size_t n = 1;
	struct value *items;

	(void)ctx;
	if (in->kind != VALUE_WORD || chord_parse(in->word.text, in->word.len, notes, &n) < 0)
		n = 0;
	items = ARENA_ARRAY(a, n ? n : 1, struct value);
	if (!items)
		return false;
	items[0] = *in;
	for (size_t i = 0; i < n; i++)
		items[i] = number_value(notes[i]);
	*out = (struct value_list){ n ? (uint32_t)n : 1, items };
	return true;
}

static const struct pattern *parse_mini(struct answer *w, const char *text)
{
	const struct pattern *p =
		pattern_from_mini(&w->arena, arena_strndup(&w->arena, text, strlen(text)), strlen(text), 0, &w->diags);
	if (!p)
		return fail(w, "%s", w->diags.n ? w->diags.items[0].message : "no pattern");
	return p;
}

/* --- Expressions ------------------------------------------------------------------------------------------ */

static const struct pattern *build(struct answer *w, json_t *expr);

/* A function of the vectors over a pattern of the engine: the JSON of its call without the last argument. */
struct call {
	struct answer *w;
	json_t *expr; /* ["fn", name, args...] */
};

static const struct pattern *apply_call(struct answer *w, const char *name, json_t *expr, size_t first, size_t end,
					const struct pattern *p);

static const struct pattern *call_apply(const void *ctx, struct arena *a, const struct pattern *p)
{
	const struct call *c = ctx;
	const char *name = json_string_value(json_array_get(c->expr, 1));

	(void)a;
	if (!name)
		return fail(c->w, "malformed function");
	return apply_call(c->w, name, c->expr, 2, json_array_size(c->expr), p);
}

static struct pattern_fn function(struct answer *w, json_t *expr)
{
	struct call *c = ARENA_NEW(&w->arena, struct call);

	*c = (struct call){ w, expr };
	return (struct pattern_fn){ call_apply, c };
}

static const struct {
	const char *name;
	enum pattern_op op;
	enum pattern_structure structure;
} operators[] = {
	{ "|+", PATTERN_ADD, STRUCTURE_LEFT },         { "+|", PATTERN_ADD, STRUCTURE_RIGHT },
	{ "|+|", PATTERN_ADD, STRUCTURE_BOTH },        { "|-", PATTERN_SUB, STRUCTURE_LEFT },
	{ "-|", PATTERN_SUB, STRUCTURE_RIGHT },        { "|-|", PATTERN_SUB, STRUCTURE_BOTH },
	{ "|*", PATTERN_MUL, STRUCTURE_LEFT },         { "*|", PATTERN_MUL, STRUCTURE_RIGHT },
	{ "|*|", PATTERN_MUL, STRUCTURE_BOTH },        { "|/", PATTERN_DIV, STRUCTURE_LEFT },
	{ "/|", PATTERN_DIV, STRUCTURE_RIGHT },        { "|/|", PATTERN_DIV, STRUCTURE_BOTH },
	{ "|%", PATTERN_MOD, STRUCTURE_LEFT },         { "%|", PATTERN_MOD, STRUCTURE_RIGHT },
	{ "|%|", PATTERN_MOD, STRUCTURE_BOTH },        { "|>", PATTERN_KEEP_RIGHT, STRUCTURE_LEFT },
	{ ">|", PATTERN_KEEP_RIGHT, STRUCTURE_RIGHT }, { "|>|", PATTERN_KEEP_RIGHT, STRUCTURE_BOTH },
	{ "|<", PATTERN_KEEP_LEFT, STRUCTURE_LEFT },   { "<|", PATTERN_KEEP_LEFT, STRUCTURE_RIGHT },
	{ "|<|", PATTERN_KEEP_LEFT, STRUCTURE_BOTH },  { "#", PATTERN_KEEP_RIGHT, STRUCTURE_LEFT },
};

static int find_operator(const char *name)
{
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (strcmp(operators[i].name, name) == 0)
			return (int)i;
	return -1;
}

static const struct pattern *combine(struct answer *w, int op, const struct pattern *l, const struct pattern *r)
{
	if (!l || !r)
		return NULL;
	return pattern_combine(&w->arena, operators[op].op, operators[op].structure, l, r);
}

/* --- Functions of a pattern ------------------------------------------------------------------------------- */

/* Those that Phonon's language has under another name, or with other parameters, or not at all. */
#define CONSTRUCTOR(name, expression)                                                                                  \
	static const struct pattern *name(struct arena *a, const struct transform_arg *args, uint64_t site,            \
					  const struct pattern *p)                                                     \
	{                                                                                                              \
		(void)site, (void)args, (void)a;                                                                       \
		return expression;                                                                                     \
	}

CONSTRUCTOR(make_invert, pattern_invert(a, p))
CONSTRUCTOR(make_fit, pattern_fit(a, p))
CONSTRUCTOR(make_loop_at, pattern_loop_at(a, args[0].pattern, 0.5, p)) /* Strudel's cps */
CONSTRUCTOR(make_restart, pattern_reset(a, args[0].pattern, true, p))
CONSTRUCTOR(make_reset, pattern_reset(a, args[0].pattern, false, p))
CONSTRUCTOR(make_shuffle, pattern_shuffle(a, args[0].pattern, 0, p))
CONSTRUCTOR(make_seed, pattern_seed(a, args[0].pattern, p))
CONSTRUCTOR(make_echo, pattern_echo(a, args[0].pattern, args[1].pattern, args[2].pattern, p))
CONSTRUCTOR(make_stut, pattern_echo(a, args[0].pattern, args[2].pattern, args[1].pattern, p))
CONSTRUCTOR(make_run, pattern_run(a, p))
CONSTRUCTOR(make_scan, pattern_scan(a, p))
CONSTRUCTOR(make_irand, pattern_irand(a, p, 0))

static const struct {
	const char *name;
	const struct pattern *(*apply)(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p);
	size_t n_args;
} constructors[] = {
	{ "invert", make_invert, 0 },   { "fit", make_fit, 0 },     { "loopAt", make_loop_at, 1 },
	{ "restart", make_restart, 1 }, { "reset", make_reset, 1 }, { "shuffle", make_shuffle, 1 },
	{ "seed", make_seed, 1 },       { "echo", make_echo, 3 },   { "stut", make_stut, 3 },
	{ "run", make_run, 0 },         { "scan", make_scan, 0 },   { "irand", make_irand, 0 },
};

/* The language's names of what it has under another. */
static const char *language_name(const char *name)
{
	static const char *const pairs[][2] = {
		{ "scaleTidal", "scale" },
		{ "swing", "swingBy" },
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (strcmp(pairs[i][0], name) == 0)
			return pairs[i][1];
	return name;
}

static const struct pattern *apply_def(struct answer *w, const struct transform_def *def, struct transform_arg *args,
				       size_t n, const struct pattern *p)
{
	for (; n < def->n_params && def->params[n].is_optional; n++)
		args[n].pattern = pure_number(w, def->params[n].def);
	if (n != def->n_params)
		return fail(w, "%s with %zu arguments", def->name, n);
	return def->apply(&w->arena, args, 0, p);
}

static const struct pattern *read_names(struct answer *w, const struct transform_param *param, const char *text)
{
	const struct pattern *p = transform_parse_names(&w->arena, param, text, strlen(text), 0, &w->diags);
	return p ? p : fail(w, "%s", w->diags.n ? w->diags.items[0].message : "no names");
}

/* ["fn", …] is a function, a list of such a list of functions, all else a pattern. */
static bool read_arg(struct answer *w, const struct transform_param *param, json_t *expr, struct transform_arg *out)
{
	json_t *first = json_array_get(expr, 0);
	struct pattern_fn *fns;

	if (json_is_string(first) && strcmp(json_string_value(first), "fn") == 0) {
		out->fn = function(w, expr);
	} else if (json_is_array(first)) {
		fns = ARENA_ARRAY(&w->arena, json_array_size(expr), struct pattern_fn);
		for (size_t i = 0; i < json_array_size(expr); i++)
			fns[i] = function(w, json_array_get(expr, i));
		out->fns = fns;
		out->n_fns = (unsigned)json_array_size(expr);
	} else if (param && param->kind == TRANSFORM_NAME && json_is_string(expr)) {
		out->pattern = read_names(w, param, json_string_value(expr));
	} else {
		out->pattern = build(w, expr);
	}
	return out->fn.apply || out->fns || out->pattern;
}

static const struct pattern *apply_transform(struct answer *w, const char *name, json_t *expr, size_t first, size_t end,
					     const struct pattern *p)
{
	struct transform_arg args[ARGS_MAX] = { 0 };
	size_t n = end - first;
	const struct transform_def *def = transform_find(language_name(name), strlen(language_name(name)));

	if (n > ARGS_MAX - 2)
		return fail(w, "%s with %zu arguments", name, n);
	if (strcmp(name, "swing") == 0) { /* swing n is swingBy 1/3 n */
		args[1].pattern = build(w, json_array_get(expr, first));
		args[0].pattern = pure_number(w, 1.0 / 3);
		return apply_def(w, def, args, 2, p);
	}
	for (size_t i = 0; i < n; i++)
		if (!read_arg(w, def && i < def->n_params ? &def->params[i] : NULL, json_array_get(expr, first + i),
			      &args[i]))
			return NULL;
	for (size_t i = 0; i < sizeof constructors / sizeof *constructors; i++)
		if (strcmp(constructors[i].name, name) == 0 && constructors[i].n_args == n)
			return constructors[i].apply(&w->arena, args, 0, p);
	return def ? apply_def(w, def, args, n, p) : fail(w, "unsupported function %s", name);
}

/* name with the arguments expr[first, end) applied to p. */
static const struct pattern *apply_call(struct answer *w, const char *name, json_t *expr, size_t first, size_t end,
					const struct pattern *p)
{
	int op = find_operator(name);

	if (!p)
		return NULL;
	if (strcmp(name, "id") == 0)
		return p;
	if (strcmp(name, "compose") == 0) {
		struct pattern_fn f = function(w, json_array_get(expr, first)),
				  g = function(w, json_array_get(expr, first + 1));
		return f.apply(f.ctx, &w->arena, g.apply(g.ctx, &w->arena, p));
	}
	if (op >= 0)
		return combine(w, op, p, build(w, json_array_get(expr, first)));
	return apply_transform(w, name, expr, first, end, p);
}

/* --- Lists of patterns ------------------------------------------------------------------------------------ */

/* Patterns, each perhaps with a number: [P, …], [[number, P], …] or [[P, number], …]. */
struct list {
	const struct pattern **ps;
	double *numbers;
	size_t n;
};

static bool read_item(struct answer *w, json_t *item, int number_at, struct list *l)
{
	json_t *pattern = number_at < 0 ? item : json_array_get(item, (size_t)!number_at);

	l->numbers[l->n] = number_at < 0 ? 1 : json_number_value(json_array_get(item, (size_t)number_at));
	l->ps[l->n] = build(w, pattern);
	return l->ps[l->n++] != NULL;
}

static bool read_list(struct answer *w, json_t *list, int number_at, struct list *out)
{
	size_t n = json_array_size(list);

	*out = (struct list){ ARENA_ARRAY(&w->arena, n + 1, const struct pattern *),
			      ARENA_ARRAY(&w->arena, n + 1, double), 0 };
	for (size_t i = 0; i < n; i++)
		if (!read_item(w, json_array_get(list, i), number_at, out))
			return false;
	return true;
}

static const struct pattern *timecat(struct arena *a, const struct list *l)
{
	struct rational *weights = ARENA_ARRAY(a, l->n, struct rational);

	for (size_t i = 0; i < l->n; i++)
		weights[i] = rational_from_double(l->numbers[i]);
	return pattern_timecat(a, l->ps, weights, l->n);
}

#define COMBINATION(name, expression)                                                                                  \
	static const struct pattern *name(struct arena *a, const struct pattern *index, const struct list *l)          \
	{                                                                                                              \
		(void)index;                                                                                           \
		return expression;                                                                                     \
	}

COMBINATION(make_stack, pattern_stack(a, l->ps, l->n))
COMBINATION(make_cat, pattern_slowcat(a, l->ps, l->n))
COMBINATION(make_fastcat, pattern_fastcat(a, l->ps, l->n))
COMBINATION(make_timecat, timecat(a, l))
COMBINATION(make_randcat, pattern_wrandcat(a, l->ps, NULL, l->n, 0))
COMBINATION(make_wrandcat, pattern_wrandcat(a, l->ps, l->numbers, l->n, 0))
COMBINATION(make_wchoose, pattern_wchoose(a, l->ps, l->numbers, l->n, 0))
COMBINATION(make_choose, pattern_choose_by(a, index, l->ps, l->n))
COMBINATION(make_squeeze, pattern_squeeze(a, index, l->ps, l->n))
COMBINATION(make_pick, pattern_pick(a, index, l->ps, l->n))

static const struct combination {
	const char *name;
	const struct pattern *(*make)(struct arena *a, const struct pattern *index, const struct list *l);
	bool has_index;
	int number_at; /* of the pairs; -1 where the list has none */
} combinations[] = {
	{ "stack", make_stack, false, -1 },     { "cat", make_cat, false, -1 },
	{ "fastcat", make_fastcat, false, -1 }, { "randcat", make_randcat, false, -1 },
	{ "timeCat", make_timecat, false, 0 },  { "wrandcat", make_wrandcat, false, 1 },
	{ "wchoose", make_wchoose, false, 1 },  { "choose", make_choose, true, -1 },
	{ "squeeze", make_squeeze, true, -1 },  { "pick", make_pick, true, -1 },
};

static const struct combination *find_combination(const char *name)
{
	for (size_t i = 0; i < sizeof combinations / sizeof *combinations; i++)
		if (strcmp(combinations[i].name, name) == 0)
			return &combinations[i];
	return NULL;
}

static const struct pattern *build_combination(struct answer *w, const struct combination *c, json_t *expr)
{
	const struct pattern *index = NULL;
	struct list list;

	if (c->has_index && !(index = build(w, json_array_get(expr, 1))))
		return NULL;
	if (!read_list(w, json_array_get(expr, c->has_index ? 2 : 1), c->number_at, &list))
		return NULL;
	return c->make(&w->arena, index, &list);
}

static const struct pattern *build_overlay(struct answer *w, json_t *expr)
{
	const struct pattern *both[] = { build(w, json_array_get(expr, 1)), build(w, json_array_get(expr, 2)) };
	return both[0] && both[1] ? pattern_stack(&w->arena, both, 2) : NULL;
}

/* --- Sources ---------------------------------------------------------------------------------------------- */

static bool pan_from_tidal(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	struct value *v = ARENA_NEW(a, struct value);

	(void)ctx;
	if (!v || in->kind != VALUE_NUMBER)
		return false;
	*v = number_value(in->number * 2 - 1);
	*out = (struct value_list){ 1, v };
	return true;
}

static const struct pattern *build_control(struct answer *w, enum control_key key, const struct pattern *p)
{
	if (p && key == CONTROL_PAN)
		p = pattern_map(&w->arena, p, (struct value_fn){ pan_from_tidal, NULL });
	return p ? pattern_control(&w->arena, key, p) : NULL;
}

static const struct pattern *build_signal(struct answer *w, const char *name)
{
	const struct pattern *p = name ? pattern_signal(&w->arena, name, strlen(name), 0) : NULL;
	return p ? p : fail(w, "no such signal");
}

/* [name, args..., P] */
static const struct pattern *build_array(struct answer *w, json_t *expr)
{
	const char *name = json_string_value(json_array_get(expr, 0));
	size_t n = json_array_size(expr);
	json_t *second = json_array_get(expr, 1);

	if (!name)
		return fail(w, "malformed expression");
	if (strcmp(name, "ratio") == 0)
		return pure_number(w, json_number_value(second) / json_number_value(json_array_get(expr, 2)));
	if (strcmp(name, "silence") == 0)
		return pattern_silence(&w->arena);
	if (strcmp(name, "overlay") == 0)
		return build_overlay(w, expr);
	if (find_combination(name))
		return build_combination(w, find_combination(name), expr);
	if (strcmp(name, "signal") == 0)
		return build_signal(w, json_string_value(second));
	if (n == 2 && control_find(name, strlen(name)))
		return build_control(w, control_find(name, strlen(name)), build(w, second));
	if (n == 3 && find_operator(name) >= 0)
		return combine(w, find_operator(name), build(w, second), build(w, json_array_get(expr, 2)));
	return apply_call(w, name, expr, 1, n - 1, build(w, json_array_get(expr, n - 1)));
}

static const struct pattern *build(struct answer *w, json_t *expr)
{
	if (json_is_string(expr))
		return parse_mini(w, json_string_value(expr));
	if (json_is_number(expr))
		return pure_number(w, json_number_value(expr));
	if (json_is_boolean(expr))
		return pattern_pure(&w->arena, (struct value){ .kind = VALUE_BOOL, .truth = json_is_true(expr) },
				    (struct span){ 0, 0 });
	if (json_is_array(expr) && json_array_size(expr))
		return build_array(w, expr);
	return fail(w, "malformed expression");
}

/* --- Answers ---------------------------------------------------------------------------------------------- */

/* The map in Tidal's terms. */
static void map_to_tidal(struct value_map *m)
{
	struct control *controls = (struct control *)(uintptr_t)m->controls; /* the query's own arena */
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		struct control c = controls[i];
		if (c.key == CONTROL_NOTE_NAMED || c.key == CONTROL_CHORD_SIZE)
			continue;
		if (c.key == CONTROL_UNIT)
			c.value = (struct value){ .kind = VALUE_WORD, .word = { "c", 1 } };
		if (c.key == CONTROL_PAN)
			c.value.number = (c.value.number + 1) / 2;
		controls[n++] = c;
	}
	m->n = n;
}

static int print_haps(const struct hap_list *l, struct buf *out)
{
	if (buf_printf(out, "\"haps\":[") < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if ((i && buf_printf(out, ",") < 0) || hap_print_json(&l->haps[i], out) < 0)
			return -1;
	return buf_printf(out, "]}");
}

/* A deep copy, since maps may be shared between haps: changing a shared one twice would be wrong. */
static void haps_to_tidal(struct arena *a, struct hap_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct value *v = &l->haps[i].value;
		if (v->kind != VALUE_MAP)
			continue;
		v->map.controls = arena_grow_array(a, v->map.controls, v->map.n, v->map.n, sizeof *v->map.controls);
		map_to_tidal(&v->map);
	}
}

static const struct pattern *build_record(struct answer *w, json_t *record)
{
	const char *source = json_string_value(json_object_get(record, "source"));
	const struct pattern *p;

	if (!source)
		return build(w, json_object_get(record, "expr"));
	p = parse_mini(w, source);
	return p ? pattern_map(&w->arena, p, (struct value_fn){ chord_to_notes, NULL }) : NULL;
}

static void query_record(struct answer *w, json_t *record, struct hap_list *haps)
{
	const struct pattern *p = build_record(w, record);
	int64_t cycles = json_integer_value(json_object_get(record, "cycles"));
	struct query q = { .arena = &w->arena };
	struct error err = ERROR_INIT;

	if (!p)
		fail(w, "no memory");
	else if (pattern_query(p, (struct timespan){ RATIONAL_ZERO, rational_int(cycles) }, &q, haps, &err) < 0)
		fail(w, "%s", err.message);
	else
		haps_to_tidal(&w->arena, haps);
}

static void print_error(json_t *id, const char *message)
{
	json_t *answer = json_pack("{s:O, s:s}", "id", id, "error", message);
	json_dumpf(answer, stdout, JSON_COMPACT);
	json_decref(answer);
	putchar('\n');
}

static void answer_record(json_t *record)
{
	struct answer w = { .error = "" };
	struct hap_list haps = { .n = 0 };
	struct buf out = BUF_INIT;
	json_t *id = json_object_get(record, "id");

	arena_init(&w.arena, ARENA_BYTES_MAX);
	query_record(&w, record, &haps);
	if (!w.error[0] && print_haps(&haps, &out) < 0)
		fail(&w, "an answer too large to print");
	if (w.error[0])
		print_error(id, w.error);
	else
		printf("{\"id\":\"%s\",%s\n", json_string_value(id), out.data);
	buf_fini(&out);
	arena_fini(&w.arena);
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		json_error_t why;
		json_t *record = json_loads(line, JSON_DECODE_ANY, &why);
		if (!json_is_string(json_object_get(record, "id"))) {
			fprintf(stderr, "not a record: %s", line);
			json_decref(record);
			free(line);
			return 1;
		}
		answer_record(record);
		json_decref(record);
	}
	free(line);
	return 0;
}
