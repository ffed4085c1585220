#include "server/webhook_sign.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>

static size_t put_signature(const uint8_t secret[WEBHOOK_SECRET_BYTES], const char *head, const char *body, size_t len,
			    char *out, size_t size)
{
	crypto_auth_hmacsha256_state state;
	uint8_t mac[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256_init(&state, secret, WEBHOOK_SECRET_BYTES);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)head, strlen(head));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, len);
	crypto_auth_hmacsha256_final(&state, mac);
	strcpy(out, "v1,");
	sodium_bin2base64(out + 3, size - 3, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
	return strlen(out);
}

char *webhook_sign(const struct webhook_secrets *secrets, const char *id, int64_t now_ms, const char *body, size_t len,
		   char out[WEBHOOK_SIGNATURES_SIZE])
{
	char head[160];
	size_t n;

	snprintf(head, sizeof head, "%s.%lld.", id, (long long)(now_ms / 1000));
	n = put_signature(secrets->now, head, body, len, out, WEBHOOK_SIGNATURES_SIZE);
	if (secrets->has_old && now_ms < secrets->old_until_ms) {
		out[n++] = ' ';
		put_signature(secrets->old, head, body, len, out + n, WEBHOOK_SIGNATURES_SIZE - n);
	}
	return out;
}

char *webhook_print_secret(const uint8_t secret[WEBHOOK_SECRET_BYTES], char out[WEBHOOK_SECRET_TEXT_SIZE])
{
	strcpy(out, "whsec_");
	sodium_bin2base64(out + 6, WEBHOOK_SECRET_TEXT_SIZE - 6, secret, WEBHOOK_SECRET_BYTES,
			  sodium_base64_VARIANT_ORIGINAL);
	return out;
}
