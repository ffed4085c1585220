/* Values and maps of controls. */
#include "render/pattern/node.h"

#include <string.h>

bool value_to_number(const struct value *v, double *out)
{
	if (v->kind == VALUE_NUMBER)
		*out = v->number;
	else if (v->kind == VALUE_BOOL)
		*out = v->truth;
	else
		return false;
	return true;
}

static bool word_is(struct word w, const char *text)
{
	return w.len == strlen(text) && memcmp(w.text, text, w.len) == 0;
}

bool value_is_true(const struct value *v)
{
	double x;

	if (v->kind == VALUE_WORD)
		return !word_is(v->word, "f") && !word_is(v->word, "false");
	return value_to_number(v, &x) && x != 0;
}

const struct value *value_map_get(const struct value *v, enum control_key key)
{
	if (v->kind != VALUE_MAP)
		return NULL;
	for (uint32_t i = 0; i < v->map.n; i++)
		if (v->map.controls[i].key == key)
			return &v->map.controls[i].value;
	return NULL;
}

static bool keep_right(const void *ctx, struct arena *a, const struct value *left, const struct value *right,
		       struct value *out)
{
	(void)ctx, (void)a, (void)left;
	*out = *right;
	return true;
}

bool value_map_set(struct arena *a, const struct value *in, enum control_key key, struct value item, struct value *out)
{
	struct control one = { key, item };
	struct value right = { .kind = VALUE_MAP, .map = { 1, &one } };
	struct value empty = { .kind = VALUE_MAP };

	return value_map_overlay(a, in->kind == VALUE_MAP ? in : &empty, &right, out);
}

bool value_map_own(struct arena *a, const struct value *in, enum control_key key, struct value item, struct value *out)
{
	if (!value_map_set(a, in, key, item, out))
		return false;
	out->map.owned |= UINT32_C(1) << key;
	return true;
}

bool value_map_overlay(struct arena *a, const struct value *left, const struct value *right, struct value *out)
{
	return value_map_merge(a, left, right, (struct value_merge){ keep_right, NULL }, out);
}

bool value_map_merge(struct arena *a, const struct value *left, const struct value *right, struct value_merge merge,
		     struct value *out)
{
	const struct value_map *l = &left->map, *r = &right->map;
	struct control *controls = ARENA_ARRAY(a, (size_t)l->n + r->n, struct control);
	uint32_t i = 0, j = 0, n = 0;

	if (!controls)
		return false;
	while (i < l->n || j < r->n) {
		struct control *c = &controls[n++];
		if (j == r->n || (i < l->n && l->controls[i].key < r->controls[j].key)) {
			*c = l->controls[i++];
		} else if (i == l->n || r->controls[j].key < l->controls[i].key) {
			*c = r->controls[j++];
		} else {
			c->key = l->controls[i].key;
			if (!merge.both(merge.ctx, a, &l->controls[i].value, &r->controls[j].value, &c->value))
				return false;
			i++, j++;
		}
	}
	*out = (struct value){ .kind = VALUE_MAP, .map = { n, controls, l->owned | r->owned } };
	return true;
}
