/* Where a list goes on: the id of the last row that was given, signed, as one opaque text. A client that makes up a cursor, or takes one
 * from another list or from another key, gets nothing but a refusal, so what a page is asked for is always something that we
 * gave out. Base64url of 16 bytes of HMAC-SHA256 and the id. Any thread. */
#ifndef SERVER_CURSOR_H
#define SERVER_CURSOR_H

#include "server/http.h"
#include "storage/storage.h"

enum { CURSOR_SIZE = 72 };

/* list: its name, e.g. "jobs"; owner: whose rows it has, NULL: all. Returns out. */
char *cursor_print(const uint8_t secret[LINK_SECRET_BYTES], const char *list, const char *owner, const char *id,
		   char out[CURSOR_SIZE]);
/* -1: it is none of this list. */
int cursor_parse(const uint8_t secret[LINK_SECRET_BYTES], const char *list, const char *owner, const char *text,
		 char id[JOB_ID_SIZE]) WARN_UNUSED;

/* The list behind the row with that id, with the other parameters of the request; NULL when there is no memory. */
const char *cursor_next_url(struct http_request *r, const char *path, const char *cursor);

#endif
