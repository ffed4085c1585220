#include "render/io/sample_stamp.h"

#include <time.h>

/* Coarser than the times of any file system in use (FAT's are 2 s). */
#define SETTLE_NS 3000000000

static int64_t ns_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct sample_stamp sample_stamp_of(const struct stat *st)
{
	return (struct sample_stamp){
		.device = st->st_dev,
		.inode = st->st_ino,
		.n_bytes = (uint64_t)st->st_size,
		.modified_ns = ns_of(st->st_mtim),
		.changed_ns = ns_of(st->st_ctim),
	};
}

bool sample_stamp_equal(const struct sample_stamp *a, const struct sample_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->n_bytes == b->n_bytes &&
	       a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

bool sample_stamp_is_settled(const struct sample_stamp *s)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ns_of(now) - s->changed_ns > SETTLE_NS && ns_of(now) - s->modified_ns > SETTLE_NS;
}
