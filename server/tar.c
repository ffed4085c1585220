#include "server/tar.h"

#include <stdio.h>
#include <string.h>

/* Fields: offset and length in the block. */
enum {
	MODE_AT = 100,
	OWNER_AT = 108,
	GROUP_AT = 116,
	SIZE_AT = 124,
	SIZE_BYTES = 12,
	MTIME_AT = 136,
	CHECKSUM_AT = 148,
	CHECKSUM_BYTES = 8,
	TYPE_AT = 156,
	MAGIC_AT = 257,
};

#define OCTAL_SIZE_MAX ((uint64_t)1 << 33) /* 11 digits */

static void put_octal(uint8_t *at, int n_digits, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%0*llo", n_digits, (unsigned long long)value);
	memcpy(at, text, (size_t)n_digits + 1);
}

static void put_size(uint8_t *at, uint64_t bytes)
{
	if (bytes < OCTAL_SIZE_MAX) {
		put_octal(at, SIZE_BYTES - 1, bytes);
		return;
	}
	at[0] = 0x80;
	for (unsigned i = 0; i < 8; i++)
		at[SIZE_BYTES - 1 - i] = (uint8_t)(bytes >> (8 * i));
}

/* The sum of all bytes, with blanks where it stands. */
static void put_checksum(uint8_t *block)
{
	unsigned sum = 0;

	memset(block + CHECKSUM_AT, ' ', CHECKSUM_BYTES);
	for (unsigned i = 0; i < TAR_BLOCK_BYTES; i++)
		sum += block[i];
	put_octal(block + CHECKSUM_AT, 6, sum);
}

void tar_head(uint8_t out[TAR_BLOCK_BYTES], const char *name, uint64_t bytes, int64_t mtime_s)
{
	memset(out, 0, TAR_BLOCK_BYTES);
	snprintf((char *)out, TAR_NAME_BYTES, "%s", name);
	put_octal(out + MODE_AT, 7, 0644);
	put_octal(out + OWNER_AT, 7, 0);
	put_octal(out + GROUP_AT, 7, 0);
	put_size(out + SIZE_AT, bytes);
	put_octal(out + MTIME_AT, 11, mtime_s > 0 ? (uint64_t)mtime_s : 0);
	out[TYPE_AT] = '0';
	memcpy(out + MAGIC_AT, "ustar\00000", 8);
	put_checksum(out);
}

uint64_t tar_padding(uint64_t bytes)
{
	return (TAR_BLOCK_BYTES - bytes % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
}
