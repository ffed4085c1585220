#include "base/hash.h"

#include <string.h>

void sha256_init(struct sha256 *h)
{
	nettle_sha256_init(&h->state);
}

void sha256_update(struct sha256 *h, const void *data, size_t n)
{
	nettle_sha256_update(&h->state, n, data);
}

void sha256_final(struct sha256 *h, uint8_t out[SHA256_BYTES])
{
	nettle_sha256_digest(&h->state, SHA256_BYTES, out);
}

char *sha256_hex(const uint8_t digest[SHA256_BYTES], char out[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * SHA256_BYTES] = '\0';
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int sha256_parse_hex(const char *hex, uint8_t out[SHA256_BYTES])
{
	if (strlen(hex) != 2 * SHA256_BYTES)
		return -1;
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return -1;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

uint64_t hash64_bytes(uint64_t seed, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return hash64(h ^ seed);
}
