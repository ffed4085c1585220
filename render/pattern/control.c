#include "render/pattern/control.h"

#include <string.h>

static const char *const names[CONTROL_COUNT] = { [CONTROL_NONE] = "",
#define X(key, name) [CONTROL_##key] = name,
						  CONTROL_LIST(X)
#undef X
};

const char *control_name(enum control_key key)
{
	return (unsigned)key < CONTROL_COUNT ? names[key] : "";
}

enum control_key control_find(const char *name, size_t len)
{
	for (int key = CONTROL_NONE + 1; key < CONTROL_COUNT; key++)
		if (strlen(names[key]) == len && memcmp(names[key], name, len) == 0)
			return (enum control_key)key;
	return CONTROL_NONE;
}
