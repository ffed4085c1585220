#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#define IS_ASAN __has_feature(address_sanitizer) /* clang */
#elif defined(__SANITIZE_ADDRESS__)
#define IS_ASAN 1
#else
#define IS_ASAN 0
#endif

#if IS_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { CHUNK_BYTES_MIN = 16 * 1024, CHUNK_BYTES_MAX = 1024 * 1024, ALIGN_DEFAULT = 16 };

/* Bytes between two allocations that stay poisoned, so that reading beside one is seen. */
enum { GUARD_BYTES = IS_ASAN ? 16 : 0 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t size; /* of data */
	_Alignas(ALIGN_DEFAULT) char data[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
	*a = (struct arena){ .cap_bytes = cap_bytes };
}

static void chunks_free(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *older = c->older;
		UNPOISON(c->data, c->size);
		free(c);
		c = older;
	}
}

void arena_fini(struct arena *a)
{
	chunks_free(a->chunks);
	arena_init(a, a->cap_bytes);
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->chunks;
	if (!keep)
		return;
	for (struct arena_chunk *c = keep->older; c; c = c->older)
		if (c->size > keep->size)
			keep = c;
	/* Unlink the kept chunk, free the others. */
	for (struct arena_chunk **link = &a->chunks; *link; link = &(*link)->older)
		if (*link == keep) {
			*link = keep->older;
			break;
		}
	chunks_free(a->chunks);
	keep->older = NULL;
	a->chunks = keep;
	a->used_bytes = sizeof *keep + keep->size;
	a->at = keep->data;
	a->end = keep->data + keep->size;
	UNPOISON(keep->data, keep->size);
	POISON(keep->data, keep->size);
}

static int chunk_add(struct arena *a, size_t at_least)
{
	size_t size = a->chunks ? a->chunks->size * 2 : CHUNK_BYTES_MIN;
	size_t left = a->cap_bytes - a->used_bytes;
	struct arena_chunk *c;

	if (size > CHUNK_BYTES_MAX)
		size = CHUNK_BYTES_MAX;
	if (size < at_least)
		size = at_least;
	if (left < sizeof *c || at_least > left - sizeof *c)
		return -1;
	if (size > left - sizeof *c)
		size = left - sizeof *c;
	c = malloc(sizeof *c + size);
	if (!c)
		return -1;
	c->older = a->chunks;
	c->size = size;
	a->chunks = c;
	a->used_bytes += sizeof *c + size;
	a->at = c->data;
	a->end = c->data + size;
	POISON(c->data, size);
	return 0;
}

static char *align_up(char *p, size_t align)
{
	return p + (-(uintptr_t)p & (align - 1));
}

/* As arena_alloc_aligned(), not zeroed. */
static void *take(struct arena *a, size_t n_bytes, size_t align)
{
	char *p = a->at ? align_up(a->at, align) : NULL;

	if (a->fail_at && ++a->n_allocs >= a->fail_at)
		return NULL;
	if (!p || p > a->end || n_bytes > (size_t)(a->end - p)) {
		if (n_bytes > SIZE_MAX / 2 || chunk_add(a, n_bytes + align) < 0)
			return NULL;
		p = align_up(a->at, align);
	}
	a->at = (size_t)(a->end - p) - n_bytes > GUARD_BYTES ? p + n_bytes + GUARD_BYTES : a->end;
	UNPOISON(p, n_bytes);
	return p;
}

void *arena_alloc_aligned(struct arena *a, size_t n_bytes, size_t align)
{
	void *p = take(a, n_bytes, align);
	return p && n_bytes ? memset(p, 0, n_bytes) : p;
}

void *arena_alloc(struct arena *a, size_t n_bytes)
{
	return arena_alloc_aligned(a, n_bytes, ALIGN_DEFAULT);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

void *arena_grow_array(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size)
{
	void *grown = arena_alloc_array(a, new_n, size);
	if (grown && old_n)
		memcpy(grown, old, old_n * size);
	return grown;
}

void *arena_grow_array_raw(struct arena *a, const void *old, size_t old_n, size_t new_n, size_t size)
{
	size_t bytes;
	void *grown;

	if (__builtin_mul_overflow(new_n, size, &bytes))
		return NULL;
	grown = take(a, bytes, ALIGN_DEFAULT);
	if (grown && old_n)
		memcpy(grown, old, old_n * size);
	return grown;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = len == SIZE_MAX ? NULL : arena_alloc(a, len + 1);
	if (copy && len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *text;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !(text = arena_alloc(a, (size_t)n + 1)))
		return NULL;
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}
