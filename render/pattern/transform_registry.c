/* The list of transforms, from transforms.def. */
#include <string.h>

#include "render/pattern/transform.h"

#define TRANSFORM(name) extern const struct transform_def transform_##name;
#include "render/pattern/transforms.def"
#undef TRANSFORM

const struct transform_def *const transform_registry[] = {
#define TRANSFORM(name) &transform_##name,
#include "render/pattern/transforms.def"
#undef TRANSFORM
};

const size_t transform_registry_len = sizeof transform_registry / sizeof *transform_registry;

static bool name_is(const char *name, const char *text, size_t len)
{
	return strncmp(name, text, len) == 0 && name[len] == '\0';
}

static bool def_is_called(const struct transform_def *def, const char *text, size_t len)
{
	if (name_is(def->name, text, len))
		return true;
	for (const char *const *alias = def->aliases; *alias; alias++)
		if (name_is(*alias, text, len))
			return true;
	return false;
}

static const struct transform_def *find_from(size_t i, const char *name, size_t len)
{
	for (; i < transform_registry_len; i++)
		if (def_is_called(transform_registry[i], name, len))
			return transform_registry[i];
	return NULL;
}

const struct transform_def *transform_find(const char *name, size_t len)
{
	return find_from(0, name, len);
}

const struct transform_def *transform_next_form(const struct transform_def *def, const char *name, size_t len)
{
	size_t i = 0;

	while (transform_registry[i] != def)
		i++;
	return find_from(i + 1, name, len);
}

const struct pattern *transform_parse_names(struct arena *a, const struct transform_param *param, const char *text,
					    size_t len, uint32_t offset, struct diag_list *diags)
{
	struct value v = { .kind = VALUE_WORD };

	if (len > UINT32_MAX || !param->is_name || !param->is_name(text, len))
		return pattern_from_mini(a, text, len, offset, diags);
	v.word = (struct word){ arena_strndup(a, text, len), (uint32_t)len };
	return v.word.text ? pattern_pure(a, v, (struct span){ offset, offset + (uint32_t)len }) : NULL;
}
