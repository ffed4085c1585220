/* The list of sources, from sources.def. */
#include <string.h>

#include "render/pattern/source.h"

#define SOURCE(name) extern const struct source_def source_##name;
#include "render/pattern/sources.def"
#undef SOURCE

const struct source_def *const source_registry[] = {
#define SOURCE(name) &source_##name,
#include "render/pattern/sources.def"
#undef SOURCE
};

const size_t source_registry_len = sizeof source_registry / sizeof *source_registry;

static bool name_is(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && memcmp(name, text, len) == 0;
}

static bool def_is_called(const struct source_def *def, const char *text, size_t len)
{
	if (name_is(def->name, text, len))
		return true;
	for (const char *const *alias = def->aliases; *alias; alias++)
		if (name_is(*alias, text, len))
			return true;
	return false;
}

static const struct source_def *find_from(size_t i, const char *name, size_t len)
{
	for (; i < source_registry_len; i++)
		if (def_is_called(source_registry[i], name, len))
			return source_registry[i];
	return NULL;
}

const struct source_def *source_find(const char *name, size_t len)
{
	return find_from(0, name, len);
}

const struct source_def *source_next_form(const struct source_def *def, const char *name, size_t len)
{
	size_t i = 0;

	while (source_registry[i] != def)
		i++;
	return find_from(i + 1, name, len);
}
