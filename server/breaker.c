#include "server/breaker.h"

#include <string.h>

#include "base/hash.h"

enum { DOUBLINGS_MAX = 5 };

static uint64_t slot_of(const char *name)
{
	return hash64_bytes(0, name, strlen(name)) % BREAKER_SLOTS;
}

int64_t breaker_open_until(const struct breaker_table *t, const char *name, int64_t now_ms)
{
	const struct breaker *b = &t->slots[slot_of(name)];

	return b->closed_at_ms > now_ms ? b->closed_at_ms : 0;
}

void breaker_note(struct breaker_table *t, const char *name, int64_t now_ms, int has_failed)
{
	struct breaker *b = &t->slots[slot_of(name)];
	unsigned doublings;

	if (!has_failed) {
		*b = (struct breaker){ .n_failures = 0 };
		return;
	}
	if (++b->n_failures < BREAKER_FAILURES)
		return;
	doublings = b->n_failures - BREAKER_FAILURES;
	b->closed_at_ms = now_ms + (t->pause_ms << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX));
}
