/* Counts allocations of the code that a test program is linked from, in all threads; not those inside shared libraries.
 * The program is linked with $(ALLOCATIONS_LDFLAGS), which sends the calls here, under sanitizers too. */
#ifndef TESTS_LIB_ALLOCATIONS_H
#define TESTS_LIB_ALLOCATIONS_H

#include <stdint.h>

/* Calls of malloc, calloc, realloc, aligned_alloc, posix_memalign and free so far. */
uint64_t allocations_counted(void);

#endif
