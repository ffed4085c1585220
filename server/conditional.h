/* Conditional requests (RFC 9110 section 13) and byte ranges (section 14). Pure functions, any thread. */
#ifndef SERVER_CONDITIONAL_H
#define SERVER_CONDITIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The selected representation. */
struct validators {
	const char *etag;         /* strong, with its quotes */
	int64_t last_modified_ms; /* compared in whole seconds */
};

/* The headers of the request as sent; NULL: not sent. */
struct conditions {
	const char *if_match, *if_none_match, *if_modified_since, *if_unmodified_since, *if_range;
};

enum condition_result { CONDITION_GO_ON, CONDITION_NOT_MODIFIED, CONDITION_FAILED };

/* For GET and HEAD, in the order of RFC 9110 13.2.2. If-Range is not looked at here. */
enum condition_result conditional_check(const struct conditions *c, const struct validators *v);

/* May Range be followed? Without If-Range yes, else when it holds our strong tag or exactly our date. */
bool conditional_range_applies(const struct conditions *c, const struct validators *v);

enum { RANGES_MAX = 16 };

struct byte_range {
	uint64_t first, last; /* both inclusive, last < size */
};

enum range_result { RANGE_IGNORE, RANGE_FOLLOW, RANGE_UNSATISFIABLE };

/* Reads a Range value for a representation of size bytes. RANGE_FOLLOW: ranges[*n] are satisfiable, in the order asked.
 * RANGE_IGNORE: send all of it: another unit, a syntax error, more than RANGES_MAX, or ranges that together ask for
 * more than everything. */
enum range_result range_parse(const char *value, uint64_t size, struct byte_range ranges[RANGES_MAX], size_t *n);

#endif
