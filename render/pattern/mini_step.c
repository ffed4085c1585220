/* A step of the mini-notation and its modifiers. */
#include <math.h>
#include <string.h>

#include "render/pattern/mini_parser.h"

enum { MODIFIERS_MAX = 64 /* of one step */ };

/* --- Parameters ------------------------------------------------------------------------------------------- */

struct param_check {
	struct mini *m;
	const char *what;
	bool is_whole; /* must be a whole number of at most limit */
	int limit;
	bool ok;
};

static void check_param_atom(void *ctx, const struct value *v, struct span source)
{
	struct param_check *c = ctx;

	if (!c->ok)
		return;
	c->ok = false;
	if (v->kind != VALUE_NUMBER)
		diag_add(c->m->diags, DIAG_ERROR, "mini-number", source, "%s must be a number, not '%.*s'", c->what,
			 v->kind == VALUE_WORD ? (int)(v->word.len < 40 ? v->word.len : 40) : 0,
			 v->kind == VALUE_WORD ? v->word.text : "");
	else if (c->is_whole && v->number != trunc(v->number))
		diag_add(c->m->diags, DIAG_ERROR, "mini-number", source, "%s must be a whole number", c->what);
	else if (c->is_whole && fabs(v->number) > c->limit)
		diag_add(c->m->diags, DIAG_ERROR, "mini-too-large", source, "%s: at most %d are allowed", c->what,
			 c->limit);
	else if (!rational_is_valid(rational_from_double(v->number)))
		diag_add(c->m->diags, DIAG_ERROR, "mini-number", source, "%s does not fit a fraction", c->what);
	else
		c->ok = true;
}

/* Every atom of a parameter pattern must be a number. */
static bool check_numbers(struct mini *m, const struct pattern *p, const char *what)
{
	struct param_check c = { .m = m, .what = what, .ok = true };
	pattern_each_atom(p, check_param_atom, &c);
	return c.ok;
}

static bool check_whole_numbers(struct mini *m, const struct pattern *p, const char *what, int limit)
{
	struct param_check c = { .m = m, .what = what, .is_whole = true, .limit = limit, .ok = true };
	pattern_each_atom(p, check_param_atom, &c);
	return c.ok;
}

/* --- Steps ------------------------------------------------------------------------------------------------ */

/* A step while its modifiers are read. A later "!" undoes an earlier one, but not what stands between them, so
 * both are kept: the pattern without repetition and with it. */
struct modified {
	const struct pattern *plain, *repeated; /* repeated is NULL before the first "!" */
	struct rational weight, repeats;
	size_t start, end; /* its bytes of the text */
};

bool mini_parse_number_slice(struct mini *m, const char *what, const struct pattern **out)
{
	mini_skip_space(m);
	if (!mini_is_slice_at(m, m->at))
		return mini_fail_expected(m, what);
	return mini_parse_slice(m, out) && check_numbers(m, *out, what);
}

static bool set_modified(struct mini *m, struct modified *s, const struct pattern *plain,
			 const struct pattern *repeated)
{
	s->plain = plain;
	if (!mini_accept(m, plain, s->start))
		return false;
	if (!s->repeated)
		return true;
	s->repeated = repeated;
	return mini_accept(m, repeated, s->start);
}

static bool modify_fast(struct mini *m, struct modified *s)
{
	const struct pattern *factor;

	m->at++;
	if (!mini_parse_number_slice(m, "the factor after '*'", &factor))
		return false;
	return set_modified(m, s, pattern_fast(m->a, factor, s->plain),
			    s->repeated ? pattern_fast(m->a, factor, s->repeated) : NULL);
}

static bool modify_slow(struct mini *m, struct modified *s)
{
	const struct pattern *factor;

	m->at++;
	if (!mini_parse_number_slice(m, "the factor after '/'", &factor))
		return false;
	return set_modified(m, s, pattern_slow(m->a, factor, s->plain),
			    s->repeated ? pattern_slow(m->a, factor, s->repeated) : NULL);
}

/* @ and _: n - 1 steps more; two steps when there is no n. */
static bool modify_weight(struct mini *m, struct modified *s)
{
	struct rational n = rational_int(2);
	bool present;

	m->at++;
	if (!mini_parse_count(m, &present, &n))
		return false;
	s->weight = rational_add(s->weight, rational_sub(n, RATIONAL_ONE));
	return true;
}

/* !: n copies of the step beside one another, as one step of weight n. */
static bool modify_repeat(struct mini *m, struct modified *s)
{
	struct rational n = rational_int(2);
	const struct pattern *p;
	bool present;

	m->at++;
	if (!mini_parse_count(m, &present, &n))
		return false;
	s->repeats = rational_add(s->repeats, rational_sub(n, RATIONAL_ONE));
	s->weight = s->repeats;
	p = pattern_repeat_cycles(m->a, s->repeats, s->plain);
	s->repeated = p ? pattern_fast_by(m->a, s->repeats, p) : NULL;
	return mini_accept(m, s->repeated, s->start);
}

static bool modify_degrade(struct mini *m, struct modified *s)
{
	struct rational amount = { 1, 2 }, shift = mini_next_seed_shift(m);
	double p;
	bool present;

	m->at++;
	if (!mini_parse_count(m, &present, &amount))
		return false;
	p = rational_to_double(amount);
	return set_modified(m, s, pattern_drop(m->a, p, shift, s->plain),
			    s->repeated ? pattern_drop(m->a, p, shift, s->repeated) : NULL);
}

static bool modify_tail(struct mini *m, struct modified *s)
{
	const struct pattern *tail;

	m->at++;
	mini_skip_space(m);
	if (!mini_is_slice_at(m, m->at))
		return mini_fail_expected(m, "a number or name after ':'");
	if (!mini_parse_slice(m, &tail))
		return false;
	return set_modified(m, s, pattern_tail(m->a, s->plain, tail),
			    s->repeated ? pattern_tail(m->a, s->repeated, tail) : NULL);
}

static bool modify_range(struct mini *m, struct modified *s)
{
	const struct pattern *to;

	m->at += 2;
	mini_skip_space(m);
	if (!mini_parse_slice(m, &to))
		return false;
	return set_modified(m, s, pattern_range(m->a, s->plain, to),
			    s->repeated ? pattern_range(m->a, s->repeated, to) : NULL);
}

/* One argument of (k,n,r). */
static bool parse_euclid_arg(struct mini *m, const char *what, int limit, const struct pattern **out)
{
	unsigned outer = m->argument;
	struct step arg;

	mini_skip_space(m);
	if (!mini_is_slice_at(m, m->at))
		return mini_fail_expected(m, what);
	if (!mini_enter(m))
		return false;
	m->argument = m->nesting;
	if (!mini_parse_step(m, &arg) || !check_whole_numbers(m, arg.p, what, limit))
		return false;
	m->argument = outer;
	mini_leave(m);
	*out = arg.p;
	return true;
}

/* A rhythm upon an argument, "<3 5>(1,2)", says when the argument changes: its value lasts until the next one. */
static const struct pattern *euclid_of(const struct mini *m, const struct pattern *k, const struct pattern *n,
				       const struct pattern *r, const struct pattern *p)
{
	return m->argument == m->nesting && m->argument ? pattern_euclid_legato(m->a, k, n, r, p)
							: pattern_euclid(m->a, k, n, r, p);
}

static bool modify_euclid(struct mini *m, struct modified *s)
{
	const struct pattern *k, *n, *r = pattern_pure(m->a, value_number(0), (struct span){ 0, 0 });
	size_t open = m->at++;

	if (!r)
		return mini_fail_memory(m);
	if (!parse_euclid_arg(m, "the number of pulses", EUCLID_STEPS_MAX, &k))
		return false;
	if (!mini_take(m, ','))
		return mini_fail_expected(m, "',' and the number of steps");
	if (!parse_euclid_arg(m, "the number of steps", EUCLID_STEPS_MAX, &n))
		return false;
	if (mini_take(m, ',') && mini_is_slice_at(m, m->at) && !parse_euclid_arg(m, "the rotation", INT32_MAX, &r))
		return false;
	if (!mini_take(m, ')'))
		return mini_fail_unclosed(m, open, ')');
	return set_modified(m, s, euclid_of(m, k, n, r, s->plain),
			    s->repeated ? euclid_of(m, k, n, r, s->repeated) : NULL);
}

static bool is_at_range(const struct mini *m)
{
	return m->len - m->at > 2 && memcmp(m->text + m->at, "..", 2) == 0 && mini_is_slice_at(m, m->at + 2);
}

typedef bool (*modifier_fn)(struct mini *m, struct modified *s);

/* The modifier that comes next, or NULL. */
static modifier_fn find_modifier(const struct mini *m)
{
	if (m->at == m->len)
		return NULL;
	switch (m->text[m->at]) {
	case '@':
	case '_':
		return modify_weight;
	case '!':
		return modify_repeat;
	case '?':
		return modify_degrade;
	case '*':
		return modify_fast;
	case '/':
		return modify_slow;
	case ':':
		return modify_tail;
	case '(':
		return modify_euclid;
	case '.':
		return is_at_range(m) ? modify_range : NULL;
	default:
		return NULL;
	}
}

static bool fail_weight(struct mini *m, const struct modified *s, const char *why)
{
	diag_add(m->diags, DIAG_ERROR, "mini-number", mini_span(m, s->start, s->end), "%s", why);
	return false;
}

/* As in Strudel, no weight is a weight of 1, and the silent "a!0" still takes a step. */
static bool finish_weight(struct mini *m, const struct modified *s, struct rational *out)
{
	if (!rational_is_valid(s->weight) || !rational_is_valid(s->repeats))
		return fail_weight(m, s, "the weight of this step does not fit a fraction");
	*out = s->weight.num == 0 || s->repeats.num <= 0 ? RATIONAL_ONE : s->weight;
	return out->num > 0 || fail_weight(m, s, "a step cannot have a negative weight");
}

bool mini_parse_step(struct mini *m, struct step *out)
{
	struct modified s = { .weight = RATIONAL_ONE, .repeats = RATIONAL_ONE, .start = m->at };
	modifier_fn modify;

	if (!mini_parse_slice(m, &s.plain))
		return false;
	mini_skip_space(m);
	for (unsigned n = 0; (modify = find_modifier(m)); n++) {
		if (n == MODIFIERS_MAX)
			return mini_fail_size(m, s.start, "modifiers of one step", MODIFIERS_MAX);
		if (!modify(m, &s))
			return false;
		s.end = m->at;
		mini_skip_space(m);
	}
	out->p = s.repeated ? s.repeated : s.plain;
	return finish_weight(m, &s, &out->weight);
}
