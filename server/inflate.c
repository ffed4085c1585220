#include "server/inflate.h"

#include <stdint.h>
#include <zlib.h>

/* A head says so, of which plain deflate is not likely to have the checksum. */
static int is_zlib(const uint8_t *in, size_t n)
{
	return n >= 2 && (in[0] & 0x0f) == Z_DEFLATED && (in[0] << 8 | in[1]) % 31 == 0;
}

int inflate_text(const void *in, size_t n, char *out, size_t max, size_t *len, struct error *err)
{
	char beyond;
	z_stream z = {
		.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n, .next_out = (Bytef *)out, .avail_out = (uInt)max
	};
	int rc = inflateInit2(&z, is_zlib(in, n) ? MAX_WBITS : -MAX_WBITS);

	if (rc != Z_OK)
		return error_set(err, ERR_NO_MEMORY, "no memory to inflate the program");
	rc = inflate(&z, Z_FINISH);
	*len = max - z.avail_out;
	if (rc != Z_STREAM_END && z.avail_out == 0) {
		/* Full: is there more, or only the end of the stream? */
		z.next_out = (Bytef *)&beyond;
		z.avail_out = 1;
		rc = inflate(&z, Z_FINISH);
		if (z.avail_out == 0)
			rc = Z_BUF_ERROR;
	}
	inflateEnd(&z);
	if (rc == Z_STREAM_END)
		return 0;
	if (rc == Z_BUF_ERROR && *len == max)
		return error_set(err, ERR_TOO_LARGE, "a program may have %zu bytes, this one inflates to more", max);
	return error_set(err, ERR_INVALID, "the program in the path is not deflated text");
}
