/* Bump allocator with a byte cap: memory of one lifetime, freed in one call.
 *
 * Three lifetimes use it: a request, a compiled job, a query window. A function that takes `struct arena *`
 * first allocates from it; one without does not allocate. Unused bytes, and some between any two
 * allocations, are poisoned under AddressSanitizer.
 * One thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/error.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	char *at, *end;             /* free part of the newest chunk */
	size_t used_bytes;          /* taken from the system, compared with cap_bytes */
	size_t cap_bytes;
	size_t fail_at; /* for tests, set after arena_init: the allocation from which on all fail, counted from 1; 0: none */
	size_t n_allocs; /* counted while fail_at is set */
};

/* An empty arena that will never take more than cap_bytes from the system. Allocates nothing. */
void arena_init(struct arena *a, size_t cap_bytes);

/* Gives everything back; the arena is as after arena_init. */
void arena_fini(struct arena *a);

/* Forgets all allocations but keeps the largest chunk for reuse. Pointers from before are invalid. */
void arena_reset(struct arena *a);

/* n_bytes, zeroed, aligned to 16 bytes; NULL when the cap or the system's memory is exhausted. n_bytes may be 0. */
void *arena_alloc(struct arena *a, size_t n_bytes);

/* As arena_alloc with an alignment (power of two, at most 4096). */
void *arena_alloc_aligned(struct arena *a, size_t n_bytes, size_t align);

/* n * size with overflow checked. */
void *arena_alloc_array(struct arena *a, size_t n, size_t size);

/* A grown copy of an array: room for new_n elements, the first old_n copied. The old one stays until the
 * arena goes. NULL on exhaustion, with the old array untouched. */
void *arena_grow_array(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size);

/* The same with the new elements left as they are: for large arrays whose pages are to be touched when they are used. */
void *arena_grow_array_raw(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size);

/* NUL-terminated copies; NULL on exhaustion. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_alloc_array((a), (n), sizeof(type)))

#endif
