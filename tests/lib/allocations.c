#include "tests/lib/allocations.h"

#include <stdatomic.h>
#include <stddef.h>

static _Atomic uint64_t n_calls;

/* The names are the linker's: --wrap=malloc. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
int __real_posix_memalign(void **p, size_t alignment, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
int __wrap_posix_memalign(void **p, size_t alignment, size_t n);
void __wrap_free(void *p);

uint64_t allocations_counted(void)
{
	return atomic_load_explicit(&n_calls, memory_order_relaxed);
}

static void count(void)
{
	atomic_fetch_add_explicit(&n_calls, 1, memory_order_relaxed);
}

void *__wrap_malloc(size_t n)
{
	count();
	return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	count();
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	count();
	return __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
	count();
	return __real_aligned_alloc(alignment, n);
}

int __wrap_posix_memalign(void **p, size_t alignment, size_t n)
{
	count();
	return __real_posix_memalign(p, alignment, n);
}

void __wrap_free(void *p)
{
	count();
	__real_free(p);
}
