/* A table's entries by name, found by hash. Several entries may share a name: they are found in the table's order.
 *
 * The names live as long as the index. Adding is for one thread, before any other asks; asking is for all. */
#ifndef BASE_NAME_INDEX_H
#define BASE_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* Slots; a power of two. At most half of them are used, so that a search ends soon. */
enum { NAME_INDEX_SLOTS = 4096 };

#define NAME_INDEX_NONE SIZE_MAX

struct name_index {
	struct name_index_slot {
		const char *name; /* NULL: free */
		size_t entry;
	} slots[NAME_INDEX_SLOTS];
	size_t n;
};

/* Entries are added in the order of the table. Aborts when the index is full: tables are part of the program. */
void name_index_add(struct name_index *index, const char *name, size_t entry);

/* The same for a name and its NULL-terminated aliases. */
void name_index_add_all(struct name_index *index, const char *name, const char *const *aliases, size_t entry);

/* The first entry, of those from `from` on, that is called name[0..len); NAME_INDEX_NONE when there is none. */
size_t name_index_find(const struct name_index *index, const char *name, size_t len, size_t from);

#endif
