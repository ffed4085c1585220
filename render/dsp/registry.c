/* The catalogue of functions. */
#include <pthread.h>

#include "base/name_index.h"
#include "render/dsp/node.h"

#define X(name) extern const struct node_def node_##name;
#include "render/dsp/nodes.def"
#undef X

const struct node_def *const node_registry[] = {
#define X(name) &node_##name,
#include "render/dsp/nodes.def"
#undef X
};

const size_t node_registry_len = sizeof(node_registry) / sizeof(node_registry[0]);

static struct name_index names;

static void index_names(void)
{
	for (size_t i = 0; i < node_registry_len; i++)
		name_index_add_all(&names, node_registry[i]->name, node_registry[i]->aliases, i);
}

const struct node_def *node_find(const char *name, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, index_names);
	size_t i = name_index_find(&names, name, len, 0);
	return i == NAME_INDEX_NONE ? NULL : node_registry[i];
}
