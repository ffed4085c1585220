/* Event sources: values made into control maps, and maps modified. */
#include <string.h>

#include "render/pattern/node.h"

/* --- pattern_control -------------------------------------------------------------------------------------- */

struct control_node {
	struct pattern base;
	enum control_key key;
	bool is_owned;
};

/* What one value becomes: one map, several (a chord), or none. */
struct maps {
	struct arena *a;
	struct value items[CHORD_NOTES_MAX];
	uint32_t n;
};

/* Adds the map of controls[n]; -1 when the arena is exhausted, as all functions that add. */
static int maps_add(struct maps *m, const struct control *controls, uint32_t n)
{
	struct control *copy = ARENA_ARRAY(m->a, n, struct control);

	if (!copy)
		return -1;
	memcpy(copy, controls, n * sizeof *copy);
	m->items[m->n++] = (struct value){ .kind = VALUE_MAP, .map = { n, copy } };
	return 0;
}

static int add_single(struct maps *m, enum control_key key, struct value v)
{
	struct control one = { key, v };
	return maps_add(m, &one, 1);
}

/* "bd" and "bd:3"; a number names a sample as well ("808"). */
static int add_sample(struct maps *m, const struct value *v)
{
	struct control both[2] = { { CONTROL_S, *v } };
	double index;
	char *text;

	if (v->kind == VALUE_LIST && v->list.n) {
		both[0].value = v->list.items[0];
		if (v->list.n > 1 && value_to_number(&v->list.items[1], &index))
			both[1] = (struct control){ CONTROL_N, value_number(index) };
	}
	if (both[0].value.kind == VALUE_NUMBER) {
		text = arena_printf(m->a, "%.15g", both[0].value.number);
		if (!text)
			return -1;
		both[0].value = (struct value){ .kind = VALUE_WORD, .word = { text, (uint32_t)strlen(text) } };
	}
	if (both[0].value.kind != VALUE_WORD)
		return 0;
	return maps_add(m, both, both[1].key == CONTROL_N ? 2 : 1);
}

/* One note of a chord of n (n = 1: a single note). Keys in their order. */
static int add_note(struct maps *m, enum control_key key, double semitones, bool is_named, size_t n)
{
	double value = key == CONTROL_FREQ ? note_to_hz(semitones) : semitones;
	struct control controls[3] = { { key, value_number(value) } };
	uint32_t used = 1;

	if (is_named && key == CONTROL_NOTE)
		controls[used++] = (struct control){ CONTROL_NOTE_NAMED, value_number(1) };
	if (n > 1)
		controls[used++] = (struct control){ CONTROL_CHORD_SIZE, value_number((double)n) };
	return maps_add(m, controls, used);
}

/* A note name or a chord, as CONTROL_NOTE, CONTROL_N or CONTROL_FREQ. */
static int add_pitch(struct maps *m, enum control_key key, struct word w)
{
	double notes[CHORD_NOTES_MAX];
	size_t n = 1;
	bool is_named = w.len && (w.text[0] < '0' || w.text[0] > '9') && w.text[0] != '-' && w.text[0] != '.';

	if (note_parse(w.text, w.len, notes) < 0 && chord_parse(w.text, w.len, notes, &n) < 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (add_note(m, key, notes[i], is_named, n) < 0)
			return -1;
	return 0;
}

static int add_word(struct maps *m, enum control_key key, struct word w)
{
	if (key == CONTROL_NOTE || key == CONTROL_N || key == CONTROL_FREQ)
		return add_pitch(m, key, w);
	if (key == CONTROL_UNIT && w.len == 1 && (w.text[0] == 'c' || w.text[0] == 'r'))
		return add_single(m, key, value_number(w.text[0] == 'c'));
	return 0;
}

static int maps_from_value(struct maps *m, enum control_key key, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		return key == CONTROL_S ? add_sample(m, v) : add_single(m, key, *v);
	case VALUE_BOOL:
		return add_single(m, key, value_number(v->truth));
	case VALUE_WORD:
		return key == CONTROL_S ? add_sample(m, v) : add_word(m, key, v->word);
	case VALUE_LIST:
		if (key == CONTROL_S)
			return add_sample(m, v);
		/* Only a sample name has a use for what follows the colon. */
		return v->list.n && v->list.items[0].kind != VALUE_LIST ? maps_from_value(m, key, &v->list.items[0])
									: 0;
	case VALUE_SIGNAL:
		return add_single(m, key, *v);
	case VALUE_MAP:
		break;
	}
	return 0;
}

static int expand_value(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	const struct control_node *n = ctx;
	struct maps maps = { .a = a };
	struct value *items;

	if (maps_from_value(&maps, n->key, in) < 0)
		return -1;
	items = ARENA_ARRAY(a, maps.n, struct value);
	if (!items)
		return -1;
	memcpy(items, maps.items, maps.n * sizeof *items);
	for (uint32_t i = 0; i < maps.n && n->is_owned; i++)
		items[i].map.owned = UINT32_C(1) << n->key;
	*out = (struct value_list){ maps.n, items };
	return 0;
}

static int control_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	return haps_expand(out, from, (struct value_expansion){ expand_value, p }, e);
}

static const struct pattern_ops control_ops = { .query = control_query,
						.period = PERIOD_COMMON,
						.certain = CERTAIN_FIRST };

static const struct pattern *control_new(struct arena *a, enum control_key key, bool is_owned, const struct pattern *p)
{
	struct control_node *n = node_new(a, sizeof *n, &control_ops, &p, 1);

	if (!n)
		return NULL;
	n->key = key;
	n->is_owned = is_owned;
	return &n->base;
}

const struct pattern *pattern_control(struct arena *a, enum control_key key, const struct pattern *p)
{
	return control_new(a, key, false, p);
}

const struct pattern *pattern_own_control(struct arena *a, enum control_key key, const struct pattern *p)
{
	return control_new(a, key, true, p);
}

/* --- pattern_modify --------------------------------------------------------------------------------------- */

/* Voices of the chord that the event of this map belongs to. */
static double chord_size(const struct value *map)
{
	const struct value *v = value_map_get(map, CONTROL_CHORD_SIZE);
	double n;
	return v && value_to_number(v, &n) ? n : 1;
}

/* What a modifier leaves of a value that a transform has set: all of it, but a gain is multiplied. */
static struct value owned_value(enum control_key key, const struct value *owned, const struct value *right)
{
	double x, y;
	if (key != CONTROL_GAIN)
		return *owned;
	if (value_to_number(owned, &x) && value_to_number(right, &y))
		return value_number(x * y);
	return *right;
}

/* Overlays right on left. */
static bool overlay(struct arena *a, const struct value *left, const struct value *right, struct value *out)
{
	const struct value was = *left;

	if (!value_map_overlay(a, left, right, out))
		return false;
	for (uint32_t i = 0; i < was.map.n; i++) {
		const struct control *c = &was.map.controls[i];
		const struct value *set = value_map_get(right, c->key);
		if (!(was.map.owned >> c->key & 1) || (right->map.owned >> c->key & 1) || !set)
			continue;
		if (!value_map_set(a, out, c->key, owned_value(c->key, &c->value, set), out))
			return false;
	}
	return true;
}

/* Overlays right on the map of h, one of n copies. */
static int modify_hap(struct hap *h, const struct value *right, size_t n, struct eval *e)
{
	double voices = chord_size(&h->value) * (double)n;

	if (h->value.kind != VALUE_MAP || right->kind != VALUE_MAP)
		return 0;
	if (!overlay(e->arena, &h->value, right, &h->value))
		return eval_fail_memory(e);
	if (voices > 1 && !value_map_set(e->arena, &h->value, CONTROL_CHORD_SIZE, value_number(voices), &h->value))
		return eval_fail_memory(e);
	return 0;
}

/* Turns the i-th hap into one copy per value that the modifier has at its onset. */
static int modify_at(const struct pattern *modifier, size_t i, struct eval *e, struct hap_list *out)
{
	struct hap h = out->haps[i];
	struct rational onset = hap_whole_or_part(&h).begin;
	size_t from = out->n, n;

	if (node_query(modifier, (struct timespan){ onset, onset }, e, out) < 0)
		return -1;
	n = out->n - from;
	for (size_t k = from; k < out->n; k++) {
		struct hap copy = h;
		if (modify_hap(&copy, &out->haps[k].value, n, e) < 0)
			return -1;
		out->haps[k] = copy;
	}
	if (n)
		out->haps[i] = out->haps[--out->n];
	return 0;
}

static int modify_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	size_t from = out->n, to;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	to = out->n;
	for (size_t i = from; i < to; i++)
		if (modify_at(p->children[1], i, e, out) < 0)
			return -1;
	return 0;
}

static const struct pattern_ops modify_ops = { .query = modify_query,
					       .period = PERIOD_COMMON,
					       .certain = CERTAIN_FIRST };

const struct pattern *pattern_modify(struct arena *a, const struct pattern *events, const struct pattern *modifier)
{
	const struct pattern *children[] = { events, modifier };
	return node_new(a, sizeof(struct pattern), &modify_ops, children, 2);
}
