/* Signatures of webhooks (Standard Webhooks 1.0, github.com/standard-webhooks): HMAC-SHA256 of "ID.TIMESTAMP.BODY" in
 * base64 behind "v1,"; several are separated by a space, one per secret that is valid. Any thread. */
#ifndef SERVER_WEBHOOK_SIGN_H
#define SERVER_WEBHOOK_SIGN_H

#include <stddef.h>

#include "storage/storage.h"

enum { WEBHOOK_SIGNATURES_SIZE = 2 * (3 + 44) + 2, WEBHOOK_SECRET_TEXT_SIZE = 6 + 44 + 1 };

/* The value of webhook-signature; returns out. */
char *webhook_sign(const struct webhook_secrets *secrets, const char *id, int64_t now_ms, const char *body, size_t len,
		   char out[WEBHOOK_SIGNATURES_SIZE]);
/* "whsec_…", as receivers are told; returns out. */
char *webhook_print_secret(const uint8_t secret[WEBHOOK_SECRET_BYTES], char out[WEBHOOK_SECRET_TEXT_SIZE]);

#endif
