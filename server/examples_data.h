/* The programs of examples/, built into the program. */
#ifndef SERVER_EXAMPLES_DATA_H
#define SERVER_EXAMPLES_DATA_H

#include <stddef.h>

struct example {
	const char *name;
	const char *source; /* UTF-8, source_len bytes, no NUL behind them */
	size_t source_len;
};

extern const struct example examples[];
extern const size_t examples_len;

#endif
