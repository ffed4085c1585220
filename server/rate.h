/* How often something happened in the current window of time, by name: requests of a key, failures of an address. A table
 * of fixed size; when a row is full the oldest window of it is forgotten. Thread-safe. */
#ifndef SERVER_RATE_H
#define SERVER_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct rate_table;

struct rate_state {
	bool is_allowed;
	uint64_t remaining; /* in this window */
	unsigned reset_s;   /* until the next one, at least 1 */
};

struct rate_table *rate_new(struct error *err) WARN_UNUSED;
void rate_free(struct rate_table *t);

/* Counts one more of name, unless limit (at least 1) of them happened in this window of window_s. */
struct rate_state rate_take(struct rate_table *t, const char *name, uint64_t limit, unsigned window_s);
/* The same without counting. */
struct rate_state rate_look(struct rate_table *t, const char *name, uint64_t limit, unsigned window_s);

#endif
