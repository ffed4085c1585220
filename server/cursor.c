#include "server/cursor.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>
#include <string.h>

#include "base/buf.h"
#include "server/url.h"

enum { MAC_BYTES = 16, VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

/* Each text with its NUL, so that neighbours cannot be mistaken for one another. */
static void sign(const uint8_t secret[LINK_SECRET_BYTES], const char *list, const char *owner, const char *id,
		 uint8_t mac[MAC_BYTES])
{
	const char *parts[] = { "cursor", list, owner ? owner : "*", id };
	uint8_t whole[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, secret, LINK_SECRET_BYTES);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
	crypto_auth_hmacsha256_final(&state, whole);
	memcpy(mac, whole, MAC_BYTES);
}

char *cursor_print(const uint8_t secret[LINK_SECRET_BYTES], const char *list, const char *owner, const char *id,
		   char out[CURSOR_SIZE])
{
	uint8_t bytes[MAC_BYTES + JOB_ID_SIZE];
	size_t n = strnlen(id, JOB_ID_SIZE - 1);

	sign(secret, list, owner, id, bytes);
	memcpy(bytes + MAC_BYTES, id, n);
	return sodium_bin2base64(out, CURSOR_SIZE, bytes, MAC_BYTES + n, VARIANT);
}

/* libsodium reads every byte above 0x7f as '_'. */
static bool is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

int cursor_parse(const uint8_t secret[LINK_SECRET_BYTES], const char *list, const char *owner, const char *text,
		 char id[JOB_ID_SIZE])
{
	uint8_t bytes[MAC_BYTES + JOB_ID_SIZE - 1], mac[MAC_BYTES];
	const char *end;
	size_t n;

	if (!is_ascii(text) ||
	    sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &n, &end, VARIANT) != 0 || *end ||
	    n <= MAC_BYTES || memchr(bytes + MAC_BYTES, '\0', n - MAC_BYTES))
		return -1;
	memcpy(id, bytes + MAC_BYTES, n - MAC_BYTES);
	id[n - MAC_BYTES] = '\0';
	sign(secret, list, owner, id, mac);
	return sodium_memcmp(mac, bytes, MAC_BYTES);
}

const char *cursor_next_url(struct http_request *r, const char *path, const char *cursor)
{
	struct buf b = BUF_INIT;
	const char *url = NULL;
	int failed = buf_printf(&b, "%s?after=%s", path, cursor);

	for (size_t i = 0; i < r->n_query; i++) {
		if (strcmp(r->query[i].name, "after") == 0)
			continue;
		failed |= buf_printf(&b, "&%s=", r->query[i].name);
		failed |= url_encode(&b, r->query[i].value);
	}
	if (!failed)
		url = arena_strndup(&r->arena, b.data, b.len);
	buf_fini(&b);
	return url;
}
