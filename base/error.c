#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void vset(struct error *err, enum error_code code, struct span where, const char *fmt, va_list ap)
{
	if (!err)
		return;
	err->code = code;
	err->where = where;
	vsnprintf(err->message, sizeof err->message, fmt, ap);
}

int error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vset(err, code, (struct span){ 0, 0 }, fmt, ap);
	va_end(ap);
	return -1;
}

int error_set_at(struct error *err, enum error_code code, struct span where, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vset(err, code, where, fmt, ap);
	va_end(ap);
	return -1;
}

static enum error_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	case ENOMEM:
		return ERR_NO_MEMORY;
	default:
		return ERR_IO;
	}
}

int error_set_errno(struct error *err, int errnum, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vset(err, code_of_errno(errnum), (struct span){ 0, 0 }, fmt, ap);
	va_end(ap);
	if (err) {
		char reason[128];
		size_t used = strlen(err->message);
		/* The GNU strerror_r may return a constant string instead of filling the buffer. */
		const char *text = strerror_r(errnum, reason, sizeof reason);
		snprintf(err->message + used, sizeof err->message - used, ": %s", text);
	}
	return -1;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	char context[sizeof err->message], whole[2 * sizeof err->message + 2];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(context, sizeof context, fmt, ap);
	va_end(ap);
	snprintf(whole, sizeof whole, "%s: %s", context, err->message);
	memcpy(err->message, whole, sizeof err->message - 1);
	err->message[sizeof err->message - 1] = '\0';
	return -1;
}

const char *error_code_name(enum error_code code)
{
	static const char *const names[] = {
		[ERR_NONE] = "none",
		[ERR_INVALID] = "invalid",
		[ERR_SOURCE] = "source_error",
		[ERR_TOO_LARGE] = "too_large",
		[ERR_NOT_FOUND] = "not_found",
		[ERR_CONFLICT] = "conflict",
		[ERR_BUSY] = "busy",
		[ERR_QUOTA] = "quota_exceeded",
		[ERR_MISMATCH] = "idempotency_mismatch",
		[ERR_DEADLINE] = "deadline_exceeded",
		[ERR_CANCELED] = "canceled",
		[ERR_BUDGET] = "budget_exceeded",
		[ERR_NO_MEMORY] = "no_memory",
		[ERR_NO_SPACE] = "insufficient_storage",
		[ERR_IO] = "io_error",
		[ERR_CORRUPT] = "corrupt",
		[ERR_UNSUPPORTED] = "unsupported",
		[ERR_INTERNAL] = "internal",
	};
	if ((unsigned)code >= sizeof names / sizeof names[0])
		return "internal";
	return names[code];
}
