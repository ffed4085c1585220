/* The list of sources, from sources.def. */
#include <pthread.h>

#include "base/name_index.h"
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

static struct name_index names;

static void index_names(void)
{
	for (size_t i = 0; i < source_registry_len; i++)
		name_index_add_all(&names, source_registry[i]->name, source_registry[i]->aliases, i);
}

static const struct source_def *find_from(size_t from, const char *name, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, index_names);
	size_t i = name_index_find(&names, name, len, from);
	return i == NAME_INDEX_NONE ? NULL : source_registry[i];
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
