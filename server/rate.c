#include "server/rate.h"

#include <pthread.h>
#include <sodium/randombytes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

enum { ROWS = 1024, WAYS = 8 };

struct window {
	uint64_t name; /* hash; 0: unused */
	uint64_t start_ns, n;
};

struct rate_table {
	uint64_t seed;        /* so that nobody can choose names that meet in one row */
	pthread_mutex_t lock; /* rank 25: rows */
	struct window rows[ROWS][WAYS];
};

struct rate_table *rate_new(struct error *err)
{
	struct rate_table *t = calloc(1, sizeof *t);

	if (!t) {
		error_set(err, ERR_NO_MEMORY, "no memory for the table of rates");
		return NULL;
	}
	randombytes_buf(&t->seed, sizeof t->seed);
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void rate_free(struct rate_table *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* The window of the name, or the one that has to make room for it. */
static struct window *find(struct rate_table *t, uint64_t name)
{
	struct window *row = t->rows[name % ROWS], *oldest = row;

	for (int i = 0; i < WAYS; i++) {
		if (row[i].name == name)
			return &row[i];
		if (row[i].start_ns < oldest->start_ns)
			oldest = &row[i];
	}
	*oldest = (struct window){ .name = name };
	return oldest;
}

static struct rate_state look(struct rate_table *t, const char *text, uint64_t limit, unsigned window_s,
			      uint64_t n_more)
{
	uint64_t name = hash64_bytes(t->seed, text, strlen(text)) | 1, now = clock_monotonic_ns();
	uint64_t length_ns = (uint64_t)window_s * 1000000000u;
	struct rate_state state;
	struct window *w;

	pthread_mutex_lock(&t->lock);
	w = find(t, name);
	if (w->start_ns == 0 || now - w->start_ns >= length_ns)
		*w = (struct window){ .name = name, .start_ns = now };
	state.is_allowed = w->n < limit;
	if (state.is_allowed)
		w->n += n_more;
	state.remaining = w->n < limit ? limit - w->n : 0;
	state.reset_s = (unsigned)((w->start_ns + length_ns - now + 999999999u) / 1000000000u);
	pthread_mutex_unlock(&t->lock);
	return state;
}

struct rate_state rate_take(struct rate_table *t, const char *name, uint64_t limit, unsigned window_s)
{
	return look(t, name, limit, window_s, 1);
}

struct rate_state rate_look(struct rate_table *t, const char *name, uint64_t limit, unsigned window_s)
{
	return look(t, name, limit, window_s, 0);
}
