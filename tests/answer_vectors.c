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

static const struct pattern *negative(struct answer *w, const struct pattern *p)
{
	return pattern_combine(&w->arena, PATTERN_MUL, STRUCTURE_LEFT, p, pure_number(w, -1));
}

/* The transform's arguments, in the order of the vectors, in the order of the engine. */
static const char *rename_call(struct answer *w, const char *name, struct transform_arg *args, size_t *n)
{
	if (strcmp(name, "stut") == 0 && *n == 3) { /* n feedback time */
		const struct pattern *feedback = args[1].pattern;
		args[1].pattern = args[2].pattern;
		args[2].pattern = feedback;
		return name;
	}
	if (strcmp(name, "euclid") == 0 && *n == 2) {
		args[(*n)++].pattern = pure_number(w, 0);
		return name;
	}
	if (strcmp(name, "euclidRot") == 0)
		return "euclid";
	if (strcmp(name, "euclidInv") == 0 && *n == 2) {
		args[0].pattern = negative(w, args[0].pattern);
		args[(*n)++].pattern = pure_number(w, 0);
		return "euclid";
	}
	return name;
}

/* Phonon's stutter is Tidal's ply, so it would not answer for Tidal's stutter. */
static bool is_supported(const char *name)
{
	return strcmp(name, "euclidRot") == 0 || strcmp(name, "euclidInv") == 0 ||
	       (transform_find(name, strlen(name)) && strcmp(name, "stutter") != 0);
}

static const struct pattern *apply_transform(struct answer *w, const char *name, json_t *expr, size_t first, size_t end,
					     const struct pattern *p)
{
	struct transform_arg args[ARGS_MAX] = { 0 };
	size_t n = end - first;
	const struct transform_def *def;

	if (n > ARGS_MAX - 2 || !is_supported(name))
		return fail(w, "unsupported function %s", name);
	for (size_t i = 0; i < n; i++) {
		json_t *arg = json_array_get(expr, first + i);
		const char *head = json_string_value(json_array_get(arg, 0));
		if (head && strcmp(head, "fn") == 0)
			args[i].fn = function(w, arg);
		else if (!(args[i].pattern = build(w, arg)))
			return NULL;
	}
	name = rename_call(w, name, args, &n);
	def = transform_find(name, strlen(name));
	if (!def || n != def->n_params)
		return fail(w, "%s with %zu arguments", name, n);
	return def->apply(&w->arena, args, 0, p);
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

static const struct pattern *build_list(struct answer *w, const char *name, json_t *list)
{
	size_t n = json_array_size(list);
	const struct pattern **ps = ARENA_ARRAY(&w->arena, n, const struct pattern *);

	for (size_t i = 0; i < n; i++)
		if (!(ps[i] = build(w, json_array_get(list, i))))
			return NULL;
	if (strcmp(name, "stack") == 0)
		return pattern_stack(&w->arena, ps, n);
	return strcmp(name, "cat") == 0 ? pattern_slowcat(&w->arena, ps, n) : pattern_fastcat(&w->arena, ps, n);
}

static const struct pattern *build_timecat(struct answer *w, json_t *list)
{
	size_t n = json_array_size(list);
	const struct pattern **ps = ARENA_ARRAY(&w->arena, n, const struct pattern *);
	struct rational *weights = ARENA_ARRAY(&w->arena, n, struct rational);

	for (size_t i = 0; i < n; i++) {
		json_t *pair = json_array_get(list, i);
		weights[i] = rational_from_double(json_number_value(json_array_get(pair, 0)));
		if (!(ps[i] = build(w, json_array_get(pair, 1))))
			return NULL;
	}
	return pattern_timecat(&w->arena, ps, weights, n);
}

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
	if (strcmp(name, "timeCat") == 0)
		return build_timecat(w, second);
	if (strcmp(name, "stack") == 0 || strcmp(name, "cat") == 0 || strcmp(name, "fastcat") == 0)
		return build_list(w, name, second);
	if (n == 2 && control_find(name, strlen(name)))
		return build_control(w, control_find(name, strlen(name)), build(w, second));
	if (n == 3 && find_operator(name) >= 0)
		return combine(w, find_operator(name), build(w, second), build(w, json_array_get(expr, 2)));
	if (!is_supported(name))
		return fail(w, "unsupported function %s", name);
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
