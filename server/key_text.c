#include "server/key_text.h"

#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>

enum { SECRET_DIGITS = 43, CHECK_DIGITS = 6 };

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* CRC-32 of ISO 3309 (that of gzip and PNG), bit by bit: the texts are short. */
static uint32_t crc32_of(const char *text, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void print_check(const char *text, size_t n, char out[CHECK_DIGITS])
{
	uint32_t crc = crc32_of(text, n);

	for (int i = CHECK_DIGITS - 1; i >= 0; i--) {
		out[i] = digits[crc % 62];
		crc /= 62;
	}
}

static void print_random(char *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = digits[randombytes_uniform(62)];
}

static void hash_secret(const char *secret, uint8_t out[SHA256_BYTES])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, secret, SECRET_DIGITS);
	sha256_final(&h, out);
}

void key_text_make_id(char out[KEY_ID_SIZE])
{
	print_random(out, KEY_TEXT_ID_DIGITS);
	out[KEY_TEXT_ID_DIGITS] = '\0';
}

void key_text_make(const char *id, char out[KEY_TEXT_SIZE], uint8_t secret_hash[SHA256_BYTES])
{
	size_t n = (size_t)snprintf(out, KEY_TEXT_SIZE, "phk_%.*s_", KEY_TEXT_ID_DIGITS, id);

	print_random(out + n, SECRET_DIGITS);
	hash_secret(out + n, secret_hash);
	n += SECRET_DIGITS;
	print_check(out, n, out + n);
	out[n + CHECK_DIGITS] = '\0';
}

int key_text_parse(const char *text, char id[KEY_ID_SIZE], uint8_t secret_hash[SHA256_BYTES])
{
	const size_t at_secret = 4 + KEY_TEXT_ID_DIGITS + 1, at_check = at_secret + SECRET_DIGITS;
	char check[CHECK_DIGITS];

	if (strlen(text) != KEY_TEXT_SIZE - 1 || strncmp(text, "phk_", 4) != 0 || text[at_secret - 1] != '_' ||
	    strspn(text + 4, digits) != KEY_TEXT_ID_DIGITS ||
	    strspn(text + at_secret, digits) != SECRET_DIGITS + CHECK_DIGITS)
		return -1;
	print_check(text, at_check, check);
	if (sodium_memcmp(check, text + at_check, CHECK_DIGITS) != 0)
		return -1;
	memcpy(id, text + 4, KEY_TEXT_ID_DIGITS);
	id[KEY_TEXT_ID_DIGITS] = '\0';
	hash_secret(text + at_secret, secret_hash);
	return 0;
}
