/* The file that libsndfile believes to write (SF_VIRTUAL_IO). What it writes goes out in order, once: a file's head, which it
 * writes again at close with what it has learnt, is kept here instead and was put out before (file_head.h). */
#ifndef RENDER_IO_VFILE_H
#define RENDER_IO_VFILE_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/io/ogg_page.h"
#include "render/io/outgoing.h"

enum { HEAD_BYTES_MAX = 256 };

/* The first bytes of a file. */
struct file_head {
	uint8_t bytes[HEAD_BYTES_MAX];
	size_t len;
};

struct vfile {
	struct file_head head;     /* writes below head.len stay here */
	uint64_t position, length; /* as libsndfile sees the file */
	struct outgoing *out;      /* NULL: what is not in the head is dropped */
	struct ogg_renumber *ogg;  /* NULL: bytes go out as they come */
	struct error err;          /* the first failure; libsndfile hears of it as a short write */
};

/* For sf_open_virtual(), with a struct vfile as user data. */
extern SF_VIRTUAL_IO vfile_callbacks;

#endif
