/* What tells one state of a file from another without reading it: where it lies, its size and its times. A write
 * within the clock's granularity of the one before can leave a stamp as it was, so a stamp of a file that changed a
 * moment ago proves nothing ("racy" in git's index, https://git-scm.com/docs/racy-git). Private to samples.c and
 * sample_digest.c. Any thread. */
#ifndef RENDER_IO_SAMPLE_STAMP_H
#define RENDER_IO_SAMPLE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct sample_stamp {
	uint64_t device, inode, n_bytes;
	int64_t modified_ns, changed_ns;
};

struct sample_stamp sample_stamp_of(const struct stat *st);

bool sample_stamp_equal(const struct sample_stamp *a, const struct sample_stamp *b);

/* The file changed long enough ago for a later change to show. */
bool sample_stamp_is_settled(const struct sample_stamp *s);

#endif
