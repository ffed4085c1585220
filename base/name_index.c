#include "base/name_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Linear probing (Knuth, The Art of Computer Programming, vol. 3, 6.4): equal names stand behind each other in the
 * order in which they were added. */
static size_t first_slot(const char *name, size_t len)
{
	return hash64_bytes(0, name, len) % NAME_INDEX_SLOTS;
}

void name_index_add(struct name_index *index, const char *name, size_t entry)
{
	size_t i = first_slot(name, strlen(name));

	if (++index->n > NAME_INDEX_SLOTS / 2)
		abort();
	while (index->slots[i].name)
		i = (i + 1) % NAME_INDEX_SLOTS;
	index->slots[i] = (struct name_index_slot){ name, entry };
}

void name_index_add_all(struct name_index *index, const char *name, const char *const *aliases, size_t entry)
{
	name_index_add(index, name, entry);
	for (; *aliases; aliases++)
		name_index_add(index, *aliases, entry);
}

size_t name_index_find(const struct name_index *index, const char *name, size_t len, size_t from)
{
	for (size_t i = first_slot(name, len); index->slots[i].name; i = (i + 1) % NAME_INDEX_SLOTS) {
		const struct name_index_slot *slot = &index->slots[i];

		if (slot->entry >= from && strncmp(slot->name, name, len) == 0 && slot->name[len] == '\0')
			return slot->entry;
	}
	return NAME_INDEX_NONE;
}
