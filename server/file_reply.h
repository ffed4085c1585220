/* Answers with a file: conditions (RFC 9110 section 13), single and several ranges (section 14), digests (RFC 9530). */
#ifndef SERVER_FILE_REPLY_H
#define SERVER_FILE_REPLY_H

#include <stdbool.h>

#include "base/hash.h"
#include "server/conditional.h"
#include "server/http.h"

enum { FILE_REPLY_NAME_SIZE = 96 };

/* A file that does not change: its digest is a strong tag, and its descriptor may be sent without locks. */
struct file_reply {
	int fd;
	uint64_t bytes;
	uint8_t sha256[SHA256_BYTES];
	int64_t modified_ms;
	const char *type, *cache_control;
	bool is_inline;                  /* to be played where it stands, not saved */
	char name[FILE_REPLY_NAME_SIZE]; /* for the client's disk: letters, digits, "._-" */
	char etag[SHA256_HEX_SIZE + 2];  /* by file_reply_name() */
};

/* Sets the tag from the digest. */
void file_reply_name(struct file_reply *f);
/* Headers that describe the representation, whatever part of it is sent. */
void file_reply_add_headers(struct http_request *r, const struct file_reply *f);
/* Answers GET and HEAD with what the request's conditions and ranges leave of the file; takes f->fd. */
void file_reply_send(struct http_request *r, struct file_reply *f);
/* The conditions of a request. */
struct conditions file_reply_conditions(struct http_request *r);

#endif
