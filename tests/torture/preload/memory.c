/* Lets an allocation fail, preloaded (LD_PRELOAD): TORTURE_MEMORY=N is the number of the one of the process that gets NULL, in
 * whatever library it is asked for; TORTURE_MEMORY_FROM=N of the first of all that do. At the end a line on TORTURE_MEMORY_COUNT,
 * a file, says how many there were. The C library's own functions stand behind these, so free() needs no word. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void *__libc_memalign(size_t align, size_t n);

static _Atomic uint64_t n_asked;
static uint64_t failing, failing_from;

/* The dynamic linker allocates before; nothing fails until then. */
__attribute__((constructor)) static void set_up(void)
{
	const char *one = getenv("TORTURE_MEMORY"), *from = getenv("TORTURE_MEMORY_FROM");

	atomic_store(&n_asked, 0);
	failing_from = from ? strtoull(from, NULL, 10) : 0;
	failing = one ? strtoull(one, NULL, 10) : 0;
}

__attribute__((destructor)) static void tear_down(void)
{
	const char *path = getenv("TORTURE_MEMORY_COUNT");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;

	if (fd >= 0) {
		dprintf(fd, "%llu\n", (unsigned long long)atomic_load(&n_asked));
		close(fd);
	}
}

static int is_refused(void)
{
	uint64_t n = atomic_fetch_add_explicit(&n_asked, 1, memory_order_relaxed) + 1;

	if (n != failing && (failing_from == 0 || n < failing_from))
		return 0;
	errno = ENOMEM;
	return 1;
}

EXPORT void *malloc(size_t n)
{
	return is_refused() ? NULL : __libc_malloc(n);
}

EXPORT void *calloc(size_t n, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(n, size);
}

EXPORT void *realloc(void *old, size_t n)
{
	return is_refused() ? NULL : __libc_realloc(old, n);
}

EXPORT void *aligned_alloc(size_t align, size_t n)
{
	return is_refused() ? NULL : __libc_memalign(align, n);
}

EXPORT int posix_memalign(void **out, size_t align, size_t n)
{
	void *made = is_refused() ? NULL : __libc_memalign(align, n);

	if (!made)
		return ENOMEM;
	*out = made;
	return 0;
}
