/* Errors: what went wrong, and where.
 *
 * Every fallible function returns int (0 or -1) or a pointer (NULL on failure) and takes `struct error *`
 * last. The error is set exactly once, where the fact is known; callers may add context with error_wrap().
 * The code is for machines (server/problem.c maps it to HTTP), the message is for people: what was
 * expected, what was found. A struct error is plain data: copy it, put it on the stack. No locks, any thread. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdint.h>

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_idx, first_idx) __attribute__((format(printf, fmt_idx, first_idx)))

enum error_code {
	ERR_NONE = 0,
	ERR_INVALID,   /* a value outside what is allowed: the caller's request is wrong */
	ERR_SOURCE,    /* the program has errors; the diagnostics list says which */
	ERR_TOO_LARGE, /* a documented limit would be exceeded */
	ERR_NOT_FOUND,
	ERR_CONFLICT, /* the thing is in a state that does not allow this */
	ERR_BUSY,     /* full or locked now; may succeed later */
	ERR_QUOTA,    /* the caller's own share is used up; may succeed later */
	ERR_MISMATCH, /* the same name was used for something else */
	ERR_DEADLINE, /* not done in the time that was given */
	ERR_CANCELED, /* the caller asked to stop */
	ERR_BUDGET,   /* a job used up a budget (time, memory, voices, events) */
	ERR_NO_MEMORY,
	ERR_NO_SPACE, /* disk full or quota */
	ERR_IO,
	ERR_CORRUPT,     /* stored bytes are not what was written */
	ERR_UNSUPPORTED, /* this build or machine cannot do it */
	ERR_INTERNAL,    /* our mistake */
};

/* Half-open range of byte offsets into a source text. {0,0} means "nowhere in particular". */
struct span {
	uint32_t start, end;
};

/* From the begin of one to the end of the other; the first alone when the other lies before it, as what macros bring
 * together may. */
static inline struct span span_join(struct span first, struct span last)
{
	return last.end < first.start ? first : (struct span){ first.start, last.end };
}

struct error {
	enum error_code code;
	struct span where;
	char message[240]; /* one sentence, no newline, NUL-terminated, truncated when longer */
};

#define ERROR_INIT ((struct error){ .code = ERR_NONE })

/* Fills *err (which may be NULL: then nothing is kept) and returns -1, so that
 * `return error_set(err, ERR_IO, "...")` reads well. */
int error_set(struct error *err, enum error_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As error_set, with a place in the source. */
int error_set_at(struct error *err, enum error_code code, struct span where, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Like error_set with ": <strerror(errnum)>" appended; ENOSPC and EDQUOT become ERR_NO_SPACE, ENOMEM
 * ERR_NO_MEMORY, everything else ERR_IO. */
int error_set_errno(struct error *err, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Prepends "<context>: " to the message, keeping code and place. Returns -1. */
int error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Short stable name, e.g. "not_found"; used in logs and in the API. Never NULL. */
const char *error_code_name(enum error_code code);

#endif
