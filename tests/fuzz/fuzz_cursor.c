/* Texts that we gave out and get back: cursors, signed links and keys. One as it comes is refused; one that we made is read back
 * as it was, and is refused when any byte of it is another, or list, owner, path or time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cursor.h"
#include "server/key_text.h"
#include "server/link.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD_BYTES = 2, NOW_S = 1700000000 };

static const uint8_t secret[LINK_SECRET_BYTES] = { 1, 2, 3 };

/* Another byte at a place that the input chooses. */
static void spoil(char *text, const uint8_t *data)
{
	char *at = text + data[0] % strlen(text);

	*at = (char)(*at ^ (data[1] ? data[1] : 1));
}

static void check_cursor(const char *text, const uint8_t *data)
{
	char cursor[CURSOR_SIZE], id[JOB_ID_SIZE], back[JOB_ID_SIZE];

	if (cursor_parse(secret, "jobs", "key", text, back) == 0)
		abort(); /* 128 bits were guessed */
	snprintf(id, sizeof id, "%s", *text ? text : "x");
	cursor_print(secret, "jobs", "key", id, cursor);
	if (cursor_parse(secret, "jobs", "key", cursor, back) != 0 || strcmp(back, id) != 0 ||
	    cursor_parse(secret, "jobs", NULL, cursor, back) == 0 ||
	    cursor_parse(secret, "batches", "key", cursor, back) == 0)
		abort();
	spoil(cursor, data);
	if (cursor_parse(secret, "jobs", "key", cursor, back) == 0)
		abort();
}

static void check_link(const char *path, const uint8_t *data)
{
	static const char expires[] = "1700000001";
	char signature[LINK_SIGNATURE_SIZE];

	if (link_is_valid(secret, "/", path, path, NOW_S))
		abort();
	link_sign(secret, path, NOW_S + 1, signature);
	if (!link_is_valid(secret, path, expires, signature, NOW_S) ||
	    link_is_valid(secret, path, expires, signature, NOW_S + 1) ||
	    link_is_valid(secret, path, "1700000002", signature, NOW_S))
		abort();
	spoil(signature, data);
	if (link_is_valid(secret, path, expires, signature, NOW_S))
		abort();
}

/* The check digits are 32 bits of the text, which is no secret: the input itself may hold a key. */
static void check_key(const char *text, const uint8_t *data)
{
	char id[KEY_ID_SIZE], key[KEY_TEXT_SIZE];
	uint8_t hash[SHA256_BYTES], back[SHA256_BYTES];

	if (key_text_parse(text, id, hash) == 0 && strlen(text) != KEY_TEXT_SIZE - 1)
		abort();
	key_text_make_id(id);
	key_text_make(id, key, hash);
	if (key_text_parse(key, id, back) != 0 || memcmp(hash, back, sizeof hash) != 0)
		abort();
	spoil(key, data);
	if (key_text_parse(key, id, back) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < HEAD_BYTES)
		return 0;
	text = strndup((const char *)data + HEAD_BYTES, size - HEAD_BYTES);
	check_cursor(text, data);
	check_link(text, data);
	check_key(text, data);
	free(text);
	return 0;
}
