/* The catalogue of functions. */
#include <string.h>

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

static bool is_called(const char *known, const char *name, size_t len)
{
	return strncmp(known, name, len) == 0 && known[len] == '\0';
}

static bool has_alias(const struct node_def *def, const char *name, size_t len)
{
	for (const char *const *alias = def->aliases; *alias; alias++)
		if (is_called(*alias, name, len))
			return true;
	return false;
}

const struct node_def *node_find(const char *name, size_t len)
{
	for (size_t i = 0; i < node_registry_len; i++)
		if (is_called(node_registry[i]->name, name, len) || has_alias(node_registry[i], name, len))
			return node_registry[i];
	return NULL;
}
