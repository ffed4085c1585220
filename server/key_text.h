/* What an API key looks like: phk_ID_SECRET, where the secret is 43 base-62 digits (256 random bits) and 6 more that check
 * the whole, so that a mistyped key is told from a wrong one, and scanners find leaked ones. The id finds the row; only the
 * SHA-256 of the secret is ever stored. Any thread. */
#ifndef SERVER_KEY_TEXT_H
#define SERVER_KEY_TEXT_H

#include "base/hash.h"
#include "storage/storage.h"

enum { KEY_TEXT_ID_DIGITS = 12, KEY_TEXT_SIZE = 4 + KEY_TEXT_ID_DIGITS + 1 + 43 + 6 + 1 };

void key_text_make_id(char out[KEY_ID_SIZE]);
/* A new secret for the id: the whole text, and what to store. */
void key_text_make(const char *id, char out[KEY_TEXT_SIZE], uint8_t secret_hash[SHA256_BYTES]);
/* -1: not a key, or mistyped. */
int key_text_parse(const char *text, char id[KEY_ID_SIZE], uint8_t secret_hash[SHA256_BYTES]) WARN_UNUSED;

#endif
