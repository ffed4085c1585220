/* Heads of a tar archive (POSIX.1-1988 ustar). Pure functions, any thread. */
#ifndef SERVER_TAR_H
#define SERVER_TAR_H

#include <stdint.h>

enum {
	TAR_BLOCK_BYTES = 512,
	TAR_END_BYTES = 2 * TAR_BLOCK_BYTES, /* of zeros, behind the last member */
	TAR_NAME_BYTES = 100,                /* with the NUL */
};

/* The block before a regular file's bytes; a name of TAR_NAME_BYTES or more is cut. Sizes from 8 GiB on are written in base
 * 256, as GNU tar and all that came after it read them. */
void tar_head(uint8_t out[TAR_BLOCK_BYTES], const char *name, uint64_t bytes, int64_t mtime_s);

/* Zeros behind a file of this size, up to a whole block. */
uint64_t tar_padding(uint64_t bytes);

#endif
