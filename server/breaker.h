/* Circuit breakers by name: after several failures in a row of one host nothing is sent to it for a while, twice as long
 * each time, so that a dead receiver with a thousand deliveries does not hold up the others. A table of fixed size; names
 * that meet in it share a breaker. One thread. */
#ifndef SERVER_BREAKER_H
#define SERVER_BREAKER_H

#include <stdint.h>

enum { BREAKER_SLOTS = 512, BREAKER_FAILURES = 5 };

struct breaker_table {
	int64_t pause_ms; /* the first one; doubled up to 32 times that */
	struct breaker {
		unsigned n_failures;
		int64_t closed_at_ms; /* when it lets through again; 0: it does */
	} slots[BREAKER_SLOTS];
};

/* 0, or when to ask again. */
int64_t breaker_open_until(const struct breaker_table *t, const char *name, int64_t now_ms);
void breaker_note(struct breaker_table *t, const char *name, int64_t now_ms, int has_failed);

#endif
