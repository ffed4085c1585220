#include "server/trace.h"

#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>

enum { TRACE_DIGITS = 32, PARENT_DIGITS = 16, AT_TRACE = 3, AT_PARENT = 36, AT_FLAGS = 53, LENGTH = 55 };

static bool is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

static bool is_zero(const char *s, size_t n)
{
	return strspn(s, "0") >= n;
}

bool trace_is_valid(const char *t)
{
	if (!t || strlen(t) != LENGTH || strncmp(t, "00-", 3) != 0 || t[AT_PARENT - 1] != '-' || t[AT_FLAGS - 1] != '-')
		return false;
	return is_hex(t + AT_TRACE, TRACE_DIGITS) && is_hex(t + AT_PARENT, PARENT_DIGITS) && is_hex(t + AT_FLAGS, 2) &&
	       !is_zero(t + AT_TRACE, TRACE_DIGITS) && !is_zero(t + AT_PARENT, PARENT_DIGITS);
}

char *trace_child(const char *traceparent, char out[TRACEPARENT_SIZE])
{
	unsigned char parent[PARENT_DIGITS / 2];
	char hex[PARENT_DIGITS + 1];

	randombytes_buf(parent, sizeof parent);
	parent[0] |= 1; /* never all zero */
	snprintf(out, TRACEPARENT_SIZE, "%.*s-%s-%.2s", AT_PARENT - 1, traceparent,
		 sodium_bin2hex(hex, sizeof hex, parent, sizeof parent), traceparent + AT_FLAGS);
	return out;
}

const char *trace_id(const char *traceparent, char out[33])
{
	snprintf(out, 33, "%.32s", trace_is_valid(traceparent) ? traceparent + AT_TRACE : "");
	return out;
}
