/* W3C Trace Context, level 1: the traceparent header. Any thread. */
#ifndef SERVER_TRACE_H
#define SERVER_TRACE_H

#include <stdbool.h>

#include "storage/storage.h"

/* "00-", 32 and 16 hexadecimal digits and two for flags, no part all zero. NULL is not valid. */
bool trace_is_valid(const char *traceparent);
/* The same trace with a new parent, for a call that we make; returns out. */
char *trace_child(const char *traceparent, char out[TRACEPARENT_SIZE]);
/* The trace's id for logs; "" when traceparent is not valid. */
const char *trace_id(const char *traceparent, char out[33]);

#endif
