#include "render/io/vfile.h"

#include <string.h>

static sf_count_t vio_length(void *ctx)
{
	const struct vfile *v = ctx;
	return (sf_count_t)v->length;
}

static sf_count_t vio_seek(sf_count_t offset, int whence, void *ctx)
{
	struct vfile *v = ctx;
	sf_count_t base = whence == SEEK_SET ? 0 : (sf_count_t)(whence == SEEK_CUR ? v->position : v->length);

	if (base + offset < 0)
		return -1;
	v->position = (uint64_t)(base + offset);
	return (sf_count_t)v->position;
}

static sf_count_t vio_tell(void *ctx)
{
	const struct vfile *v = ctx;
	return (sf_count_t)v->position;
}

static sf_count_t vio_read(void *data, sf_count_t n, void *ctx)
{
	(void)data;
	(void)n;
	(void)ctx;
	return 0; /* write-only */
}

/* The part of data[n] at `position` that lies in the head. */
static size_t keep_head(struct vfile *v, const uint8_t *data, size_t n)
{
	size_t part;

	if (v->position >= v->head.len)
		return 0;
	part = v->head.len - (size_t)v->position;
	if (part > n)
		part = n;
	memcpy(v->head.bytes + v->position, data, part);
	return part;
}

/* Bytes behind the head, which only ever grow. */
static int append(struct vfile *v, const uint8_t *data, size_t n)
{
	uint64_t expected;

	if (!v->out)
		return 0;
	expected = v->ogg ? v->length : v->out->length;
	if (v->position != expected)
		return error_set(&v->err, ERR_INTERNAL, "the encoder wrote at %llu after %llu bytes",
				 (unsigned long long)v->position, (unsigned long long)expected);
	if (v->ogg)
		return ogg_renumber_put(v->ogg, data, n, v->out, &v->err);
	return outgoing_put(v->out, data, n, &v->err);
}

static sf_count_t vio_write(const void *data, sf_count_t n, void *ctx)
{
	struct vfile *v = ctx;
	size_t in_head = keep_head(v, data, (size_t)n);

	v->position += in_head;
	if ((size_t)n > in_head) {
		if (v->err.code != ERR_NONE || append(v, (const uint8_t *)data + in_head, (size_t)n - in_head))
			return 0;
		v->position += (size_t)n - in_head;
	}
	if (v->position > v->length)
		v->length = v->position;
	return n;
}

SF_VIRTUAL_IO vfile_callbacks = { vio_length, vio_seek, vio_read, vio_write, vio_tell };
