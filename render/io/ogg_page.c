#include "render/io/ogg_page.h"

#include <string.h>

enum { HEAD_BYTES = 27, SERIAL_AT = 14, CHECKSUM_AT = 22, N_SEGMENTS_AT = 26 };

#define POLYNOMIAL 0x04c11db7u

/* Four bits at a time: the table is small enough to stand here, and a page is rare. */
static uint32_t crc_step(uint32_t crc, uint32_t nibble)
{
	uint32_t index = (crc >> 28) ^ nibble, x = index << 28;

	for (int i = 0; i < 4; i++)
		x = (x << 1) ^ (x & 0x80000000u ? POLYNOMIAL : 0);
	return (crc << 4) ^ x;
}

uint32_t ogg_page_checksum(const uint8_t *page, size_t n)
{
	uint32_t table[16], crc = 0;

	for (uint32_t i = 0; i < 16; i++)
		table[i] = crc_step(0, i);
	for (size_t i = 0; i < n; i++) {
		crc = (crc << 4) ^ table[(crc >> 28) ^ (page[i] >> 4)];
		crc = (crc << 4) ^ table[(crc >> 28) ^ (page[i] & 15)];
	}
	return crc;
}

static void put_le32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Length of the page that begins in held, as far as it can be told: at least what is needed to tell more. */
static size_t page_length(const struct ogg_renumber *r)
{
	size_t n = HEAD_BYTES;

	if (r->n_held < HEAD_BYTES)
		return n;
	n += r->held[N_SEGMENTS_AT];
	if (r->n_held < n)
		return n;
	for (size_t i = 0; i < r->held[N_SEGMENTS_AT]; i++)
		n += r->held[HEAD_BYTES + i];
	return n;
}

static int page_put(struct ogg_renumber *r, struct outgoing *out, struct error *err)
{
	size_t n = r->n_held;

	if (memcmp(r->held, "OggS", 4) != 0)
		return error_set(err, ERR_INTERNAL, "the encoder wrote something that is no Ogg page");
	put_le32(r->held + SERIAL_AT, r->serial);
	put_le32(r->held + CHECKSUM_AT, 0);
	put_le32(r->held + CHECKSUM_AT, ogg_page_checksum(r->held, n));
	r->n_held = 0;
	return outgoing_put(out, r->held, n, err);
}

int ogg_renumber_put(struct ogg_renumber *r, const void *data, size_t n, struct outgoing *out, struct error *err)
{
	const uint8_t *from = data;

	while (n > 0) {
		size_t part = page_length(r) - r->n_held;
		if (part > n)
			part = n;
		memcpy(r->held + r->n_held, from, part);
		r->n_held += part;
		from += part;
		n -= part;
		if (r->n_held == page_length(r) && page_put(r, out, err))
			return -1;
	}
	return 0;
}
