/* Digests of sample files, read once and remembered for as long as the file's stamp says that it is the same
 * (sample_stamp.h). Private to samples.c. Any thread. */
#ifndef RENDER_IO_SAMPLE_DIGEST_H
#define RENDER_IO_SAMPLE_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

struct digest_cache;

/* NULL when memory is out. */
struct digest_cache *digest_cache_new(void);
void digest_cache_free(struct digest_cache *c);

/* SHA-256 of the bytes of the file at path; ERR_IO. *was_read (may be NULL): they were read now. */
int digest_cache_file(struct digest_cache *c, const char *path, uint8_t digest[SHA256_BYTES], bool *was_read,
		      struct error *err) WARN_UNUSED;

#endif
