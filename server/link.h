/* Signed links: a URL that lets whoever has it fetch one file until a time, since an audio element of a page cannot send a
 * key. The signature is HMAC-SHA256 over path and time, in base64url. Any thread. */
#ifndef SERVER_LINK_H
#define SERVER_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/storage.h"

enum { LINK_SIGNATURE_SIZE = 44 };

/* Of a path like "/jobs/job_…/audio"; returns out. */
char *link_sign(const uint8_t secret[LINK_SECRET_BYTES], const char *path, int64_t expires_s,
		char out[LINK_SIGNATURE_SIZE]);
/* In constant time; expires is the text of the query. */
bool link_is_valid(const uint8_t secret[LINK_SECRET_BYTES], const char *path, const char *expires,
		   const char *signature, int64_t now_s);

#endif
