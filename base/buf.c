#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_fini(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

/* Room for len bytes and the NUL. */
static int reserve(struct buf *b, size_t len)
{
	size_t cap = b->cap ? b->cap : 64;
	char *grown;

	if ((b->max_len && len > b->max_len) || len >= SIZE_MAX / 2)
		return -1;
	if (len < b->cap)
		return 0;
	while (cap <= len)
		cap *= 2;
	grown = realloc(b->data, cap);
	if (!grown)
		return -1;
	b->data = grown;
	b->cap = cap;
	return 0;
}

int buf_reserve(struct buf *b, size_t n)
{
	return n > SIZE_MAX / 2 - b->len ? -1 : reserve(b, b->len + n);
}

int buf_append(struct buf *b, const void *data, size_t n)
{
	if (buf_reserve(b, n) < 0)
		return -1;
	if (n)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || reserve(b, b->len + (size_t)n) < 0)
		return -1;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

int buf_write_at(struct buf *b, size_t offset, const void *data, size_t n)
{
	size_t end;
	if (__builtin_add_overflow(offset, n, &end))
		return -1;
	if (end > b->len) {
		if (reserve(b, end) < 0)
			return -1;
		memset(b->data + b->len, 0, end - b->len + 1);
		b->len = end;
	}
	if (n)
		memcpy(b->data + offset, data, n);
	return 0;
}

char *buf_take(struct buf *b)
{
	char *data = b->data;
	b->data = NULL;
	b->len = b->cap = 0;
	return data;
}
