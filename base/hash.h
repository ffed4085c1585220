/* Hashes. SHA-256 names content (nettle, which uses the processor's instructions for it); hash64_* makes numbers that look random from positions, so that
 * noise, dither and chance are pure functions of (seed, place, time) and never of the order of evaluation. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

/* Macros that would rename ours. */
#undef sha256_init
#undef sha256_update

enum { SHA256_BYTES = 32, SHA256_HEX_SIZE = 65 };

struct sha256 {
	struct sha256_ctx state;
};

void sha256_init(struct sha256 *h);
void sha256_update(struct sha256 *h, const void *data, size_t n);
void sha256_final(struct sha256 *h, uint8_t out[SHA256_BYTES]);

/* Lower-case hexadecimal with NUL; returns out. */
char *sha256_hex(const uint8_t digest[SHA256_BYTES], char out[SHA256_HEX_SIZE]);

/* Reads 64 hexadecimal digits; -1 if that is not what hex holds. */
int sha256_parse_hex(const char *hex, uint8_t out[SHA256_BYTES]);

/* Finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014):
 * a bijection on 64 bits that passes statistical tests when fed with a counter. */
static inline uint64_t hash64(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static inline uint64_t hash64_pair(uint64_t a, uint64_t b)
{
	return hash64(hash64(a) ^ b);
}

/* For hash tables over untrusted keys: FNV-1a over the bytes, then hash64 with the seed. */
uint64_t hash64_bytes(uint64_t seed, const void *data, size_t n);

#endif
