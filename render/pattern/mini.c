/* The parser of the mini-notation: recursive descent from text straight to patterns.
 *
 *     pattern  = [ layers ]
 *     layers   = feet | sequence { "," sequence } | sequence { "|" sequence }
 *     feet     = [ sequence ] { "." [ sequence ] } "." sequence
 *     sequence = [ "^" ] step { step }
 *     step     = slice { modifier }
 *     slice    = word | "[" layers "]" | "<" turns ">" | "{" turns "}" [ "%" slice ]
 *     turns    = feet | sequence { "," sequence }        (in braces each layer may have feet)
 *     modifier = ( "@" | "_" ) [ count ] | "!" [ count ] | "?" [ count ] | "*" slice | "/" slice | ":" slice
 *              | ".." slice | "(" step "," step [ "," [ step ] ] ")"
 *
 * White space may stand before every token, except between @ _ ! ? and their count. The meaning is Strudel's
 * (tests/vectors), and Tidal's where Strudel has none. Text is untrusted: the depth of brackets, the modifiers
 * of a step and the depth of the tree are limited, and nothing is unrolled, so that "bd!1000000" is small.
 *
 * The first error ends the parse; rules return false when there was one, and the caller just passes it on. */
#include <string.h>

#include "render/pattern/mini_lex.h"
#include "render/pattern/mini_parser.h"

/* Steps in a row, and what they add up to. */
struct steps {
	const struct pattern **ps;
	struct rational *weights;
	size_t n, cap;
	bool is_uneven; /* not all weights are 1 */
};

/* A sequence with its weight, or what stands for one. */
struct layer {
	const struct pattern *p;
	struct rational weight;
};

struct layers {
	struct layer *items;
	size_t n, cap;
};

/* --- Lists of steps and layers ---------------------------------------------------------------------------- */

static bool steps_add(struct mini *m, struct steps *s, struct step step)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 8;
		s->ps = arena_grow_array(m->a, s->ps, s->n, cap, sizeof *s->ps);
		s->weights = arena_grow_array(m->a, s->weights, s->n, cap, sizeof *s->weights);
		if (!s->ps || !s->weights)
			return mini_fail_memory(m);
		s->cap = cap;
	}
	s->ps[s->n] = step.p;
	s->weights[s->n++] = step.weight;
	s->is_uneven |= step.weight.num != 1 || step.weight.den != 1;
	return true;
}

static bool layers_add(struct mini *m, struct layers *l, struct layer layer)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4;
		l->items = arena_grow_array(m->a, l->items, l->n, cap, sizeof *l->items);
		if (!l->items)
			return mini_fail_memory(m);
		l->cap = cap;
	}
	l->items[l->n++] = layer;
	return true;
}

/* The steps within one cycle, and their weight. */
static bool steps_finish(struct mini *m, const struct steps *s, size_t start, struct layer *out)
{
	out->weight = RATIONAL_ZERO;
	for (size_t i = 0; i < s->n; i++)
		out->weight = rational_add(out->weight, s->weights[i]);
	if (!rational_is_valid(out->weight)) {
		diag_add(m->diags, DIAG_ERROR, "mini-number", mini_span(m, start, m->at),
			 "the weights of these steps do not fit fractions");
		return false;
	}
	out->p = s->is_uneven ? pattern_timecat(m->a, s->ps, s->weights, s->n) : pattern_fastcat(m->a, s->ps, s->n);
	return mini_accept(m, out->p, start);
}

/* One step per turn: the sequence slowed down by its weight. */
static const struct pattern *layer_slowed(struct mini *m, const struct layer *l)
{
	return pattern_fast_by(m->a, rational_div(RATIONAL_ONE, l->weight), l->p);
}

static bool layers_stack(struct mini *m, const struct layers *l, size_t start, const struct pattern **out)
{
	const struct pattern **ps = ARENA_ARRAY(m->a, l->n, const struct pattern *);

	if (!ps)
		return mini_fail_memory(m);
	for (size_t i = 0; i < l->n; i++)
		ps[i] = l->items[i].p;
	*out = pattern_stack(m->a, ps, l->n);
	return mini_accept(m, *out, start);
}

/* --- Sequences -------------------------------------------------------------------------------------------- */

static bool parse_sequence(struct mini *m, struct layer *out)
{
	struct steps steps = { .n = 0 };
	struct step step;
	size_t start;

	mini_skip_space(m);
	start = m->at;
	/* A leading ^ marks the layer whose steps count; they are counted the same way without it. */
	if (mini_is_at(m, '^') && mini_is_slice_at(m, m->at + 1))
		m->at++;
	do {
		mini_skip_space(m);
		if (!mini_is_slice_at(m, m->at))
			return mini_fail_expected(m, "a step");
		if (!mini_parse_step(m, &step) || !steps_add(m, &steps, step))
			return false;
		mini_skip_space(m);
	} while (mini_is_slice_at(m, m->at));
	return steps_finish(m, &steps, start, out);
}

/* The feet after the first (head is NULL when the text begins with a dot); each takes an equal share. A foot may
 * be empty, the last may not. */
static bool parse_feet(struct mini *m, const struct layer *head, size_t start, struct layer *out)
{
	struct steps feet = { .n = 0 };
	struct step foot = { .p = head ? head->p : pattern_silence(m->a), .weight = RATIONAL_ONE };

	for (;;) {
		struct layer next;
		if (!foot.p)
			return mini_fail_memory(m);
		if (!steps_add(m, &feet, foot))
			return false;
		mini_skip_space(m);
		if (!mini_is_at_dot(m))
			break;
		m->at++;
		mini_skip_space(m);
		if (mini_is_at_dot(m)) {
			foot.p = pattern_silence(m->a);
			continue;
		}
		if (!parse_sequence(m, &next))
			return false;
		foot.p = next.p;
	}
	m->seed++; /* feet use up a chance, as in Strudel */
	return steps_finish(m, &feet, start, out);
}

/* A sequence, or feet. *is_feet tells which. */
static bool parse_layer(struct mini *m, struct layer *out, bool *is_feet)
{
	struct layer head;
	size_t start;

	mini_skip_space(m);
	start = m->at;
	*is_feet = mini_is_at_dot(m);
	if (*is_feet)
		return parse_feet(m, NULL, start, out);
	if (!parse_sequence(m, &head))
		return false;
	mini_skip_space(m);
	*is_feet = mini_is_at_dot(m);
	if (*is_feet)
		return parse_feet(m, &head, start, out);
	*out = head;
	return true;
}

/* What follows the first layer: `separator` and another, as often as there is one. */
static bool parse_more_layers(struct mini *m, char separator, bool may_have_feet, struct layers *l)
{
	struct layer next;
	bool is_feet;

	while (mini_take(m, separator)) {
		if (may_have_feet ? !parse_layer(m, &next, &is_feet) : !parse_sequence(m, &next))
			return false;
		if (!layers_add(m, l, next))
			return false;
	}
	return true;
}

static bool parse_choice(struct mini *m, struct layers *l, size_t start, const struct pattern **out)
{
	const struct pattern **ps;

	if (!parse_more_layers(m, '|', false, l))
		return false;
	ps = ARENA_ARRAY(m->a, l->n, const struct pattern *);
	if (!ps)
		return mini_fail_memory(m);
	for (size_t i = 0; i < l->n; i++)
		ps[i] = l->items[i].p;
	*out = pattern_choose(m->a, ps, l->n, mini_next_seed_shift(m));
	return mini_accept(m, *out, start);
}

static bool parse_layers(struct mini *m, const struct pattern **out)
{
	struct layers l = { .n = 0 };
	struct layer first;
	bool is_feet;
	size_t start = m->at;

	if (!parse_layer(m, &first, &is_feet) || !layers_add(m, &l, first))
		return false;
	mini_skip_space(m);
	if (!is_feet && mini_is_at(m, '|'))
		return parse_choice(m, &l, start, out);
	if (!is_feet && !parse_more_layers(m, ',', false, &l))
		return false;
	return layers_stack(m, &l, start, out);
}

/* --- Slices ----------------------------------------------------------------------------------------------- */

/* "~x[i]", at its bracket: "~x1". NULL: it is something else, or memory is out. */
static char *parse_indexed_bus(struct mini *m, size_t start)
{
	size_t open = m->at, end = open + 1;
	const struct mini_name *name;

	if (!m->names || m->text[start] != '~' || !mini_is_at(m, '['))
		return NULL;
	end += mini_word_len(m->text + end, m->len - end);
	name = end < m->len && m->text[end] == ']' ? mini_find_name(m, open + 1, end) : NULL;
	if (!name)
		return NULL;
	m->at = end + 1;
	return arena_printf(m->a, "%.*s%u", (int)(open - start), m->text + start, name->number);
}

static bool word_value(struct mini *m, size_t start, struct value *v)
{
	size_t n = m->at - start;
	const struct mini_name *name = mini_find_name(m, start, m->at);

	if (name || mini_word_is_number(m->text + start, n, &v->number)) {
		v->kind = VALUE_NUMBER;
		if (name)
			v->number = name->number;
		return true;
	}
	const char *text = parse_indexed_bus(m, start);
	if (!text)
		text = arena_strndup(m->a, m->text + start, n);
	if (!text)
		return mini_fail_memory(m);
	*v = (struct value){ .kind = VALUE_WORD, .word = { text, (uint32_t)strlen(text) } };
	return true;
}

static bool parse_word(struct mini *m, const struct pattern **out)
{
	size_t start = m->at, n = mini_word_len(m->text + m->at, m->len - m->at);
	struct value v;

	m->at += n;
	if (n == 1 && (m->text[start] == '~' || m->text[start] == '-')) {
		*out = pattern_silence(m->a);
		return mini_accept(m, *out, start);
	}
	if (!word_value(m, start, &v))
		return false;
	*out = pattern_pure(m->a, v, mini_span(m, start, m->at));
	return mini_accept(m, *out, start);
}

/* [ ] */
static bool parse_group(struct mini *m, const struct pattern **out)
{
	size_t open = m->at++;

	if (!parse_layers(m, out))
		return false;
	return mini_take(m, ']') || mini_fail_unclosed(m, open, ']');
}

/* < >: every layer one step a cycle. */
static bool parse_alternation(struct mini *m, const struct pattern **out)
{
	struct layers l = { .n = 0 };
	struct layer first;
	bool is_feet;
	size_t open = m->at++;

	if (!parse_layer(m, &first, &is_feet) || !layers_add(m, &l, first))
		return false;
	if (!is_feet && !parse_more_layers(m, ',', false, &l))
		return false;
	if (!mini_take(m, '>'))
		return mini_fail_unclosed(m, open, '>');
	for (size_t i = 0; i < l.n; i++) {
		l.items[i].p = layer_slowed(m, &l.items[i]);
		if (!mini_accept(m, l.items[i].p, open))
			return false;
	}
	return layers_stack(m, &l, open, out);
}

/* n steps of the layer a cycle. */
static const struct pattern *layer_stepped(struct mini *m, const struct layer *l, const struct pattern *n)
{
	struct value v;

	if (pattern_is_pure(n, &v) && v.kind == VALUE_NUMBER)
		return pattern_fast_by(m->a, rational_div(rational_from_double(v.number), l->weight), l->p);
	return pattern_fast(m->a, n, layer_slowed(m, l));
}

/* { } and { }%n: every layer n steps a cycle, or as many as the first has. */
static bool parse_polymeter(struct mini *m, const struct pattern **out)
{
	struct layers l = { .n = 0 };
	struct layer first;
	const struct pattern *per_cycle = NULL;
	bool is_feet;
	size_t open = m->at++;

	if (!parse_layer(m, &first, &is_feet) || !layers_add(m, &l, first) || !parse_more_layers(m, ',', true, &l))
		return false;
	if (!mini_take(m, '}'))
		return mini_fail_unclosed(m, open, '}');
	if (mini_take(m, '%') && !mini_parse_number_slice(m, "the number of steps after '%'", &per_cycle))
		return false;
	for (size_t i = 0; i < l.n; i++) {
		struct layer *layer = &l.items[i];
		if (per_cycle)
			layer->p = layer_stepped(m, layer, per_cycle);
		else
			layer->p = pattern_fast_by(m->a, rational_div(first.weight, layer->weight), layer->p);
		if (!mini_accept(m, layer->p, open))
			return false;
	}
	return layers_stack(m, &l, open, out);
}

static bool parse_bracketed(struct mini *m, const struct pattern **out)
{
	switch (m->text[m->at]) {
	case '[':
		return parse_group(m, out);
	case '<':
		return parse_alternation(m, out);
	default:
		return parse_polymeter(m, out);
	}
}

bool mini_parse_slice(struct mini *m, const struct pattern **out)
{
	mini_skip_space(m);
	if (!strchr("[<{", m->text[m->at]))
		return parse_word(m, out);
	if (!mini_enter(m) || !parse_bracketed(m, out))
		return false;
	mini_leave(m);
	return true;
}

/* --- Entry ------------------------------------------------------------------------------------------------ */

const struct pattern *pattern_from_mini(struct arena *a, const char *text, size_t len, uint32_t offset,
					struct diag_list *diags)
{
	return pattern_from_mini_named(a, text, len, offset, NULL, diags);
}

const struct pattern *pattern_from_mini_named(struct arena *a, const char *text, size_t len, uint32_t offset,
					      const struct mini_name *names, struct diag_list *diags)
{
	struct mini m = { .a = a, .text = text, .len = len, .offset = offset, .diags = diags, .names = names };
	const struct pattern *p;

	mini_skip_space(&m);
	if (m.at == m.len) {
		p = pattern_silence(a);
		return mini_accept(&m, p, 0) ? p : NULL;
	}
	if (!parse_layers(&m, &p))
		return NULL;
	mini_skip_space(&m);
	if (m.at < m.len) {
		if (strchr(")]>}", text[m.at]))
			mini_fail_unopened(&m);
		else
			mini_fail_expected(&m, "a step or the end of the pattern");
		return NULL;
	}
	return p;
}
