/* Gives the pages of an Ogg stream a serial number of our choice.
 *
 * libsndfile numbers its streams from the time of day, with a generator that all threads share without a lock, so that two
 * encodings of the same sound differ in every page. Passing the stream through here makes them equal: the number in each page is replaced and its checksum made anew.
 * A page is "OggS", a version, flags, position (8 bytes), serial number (4), sequence (4), checksum (4), a count and
 * that many segment lengths, then the segments (RFC 3533 section 6). */
#ifndef RENDER_IO_OGG_PAGE_H
#define RENDER_IO_OGG_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/io/outgoing.h"

enum { OGG_PAGE_BYTES_MAX = 27 + 255 + 255 * 255 };

struct ogg_renumber {
	uint32_t serial;
	size_t n_held; /* bytes of a page that is not complete */
	uint8_t held[OGG_PAGE_BYTES_MAX];
};

/* Takes n bytes of the stream in pieces of any size and puts the pages that they complete. -1: not an Ogg page
 * (ERR_INTERNAL), or what the sink said. */
int ogg_renumber_put(struct ogg_renumber *r, const void *data, size_t n, struct outgoing *out,
		     struct error *err) WARN_UNUSED;

/* The checksum of a page whose checksum field is zero: CRC-32 of polynomial 0x04c11db7, highest bit first, from 0. */
uint32_t ogg_page_checksum(const uint8_t *page, size_t n);

#endif
