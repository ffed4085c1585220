/* The list of transforms, from transforms.def. */
#include <pthread.h>
#include <string.h>

#include "base/name_index.h"
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

static struct name_index names;

static void index_names(void)
{
	for (size_t i = 0; i < transform_registry_len; i++)
		name_index_add_all(&names, transform_registry[i]->name, transform_registry[i]->aliases, i);
}

static const struct transform_def *find_from(size_t from, const char *name, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, index_names);
	size_t i = name_index_find(&names, name, len, from);
	return i == NAME_INDEX_NONE ? NULL : transform_registry[i];
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
