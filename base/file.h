/* Bytes of descriptors, all of them: the system's calls may transfer fewer than asked, or be interrupted. Any thread. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Each returns 0, or -1 with what the system said: "writing WHAT: …", "reading WHAT: …". After a failure some of the bytes may
 * have been transferred. */
int file_write(int fd, const void *data, size_t n, const char *what, struct error *err) WARN_UNUSED;
int file_write_at(int fd, uint64_t offset, const void *data, size_t n, const char *what, struct error *err) WARN_UNUSED;
/* ERR_CORRUPT: the file ends before. */
int file_read_at(int fd, uint64_t offset, void *out, size_t n, const char *what, struct error *err) WARN_UNUSED;

#endif
