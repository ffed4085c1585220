#include "server/link.h"

#include <errno.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *link_sign(const uint8_t secret[LINK_SECRET_BYTES], const char *path, int64_t expires_s,
		char out[LINK_SIGNATURE_SIZE])
{
	crypto_auth_hmacsha256_state state;
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	char head[40];

	snprintf(head, sizeof head, "link.%lld.", (long long)expires_s);
	crypto_auth_hmacsha256_init(&state, secret, LINK_SECRET_BYTES);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)head, strlen(head));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)path, strlen(path));
	crypto_auth_hmacsha256_final(&state, mac);
	return sodium_bin2base64(out, LINK_SIGNATURE_SIZE, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool link_is_valid(const uint8_t secret[LINK_SECRET_BYTES], const char *path, const char *expires,
		   const char *signature, int64_t now_s)
{
	char right[LINK_SIGNATURE_SIZE];
	long long expires_s;
	char *end;

	errno = 0;
	expires_s = strtoll(expires, &end, 10);
	if (*expires < '0' || *expires > '9' || *end || errno || strlen(signature) != LINK_SIGNATURE_SIZE - 1)
		return false;
	link_sign(secret, path, expires_s, right);
	return sodium_memcmp(right, signature, LINK_SIGNATURE_SIZE - 1) == 0 && now_s < expires_s;
}
