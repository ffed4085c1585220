/* The last failure of a write, kept until writing works again. Any thread. */
#ifndef STORAGE_HEALTH_H
#define STORAGE_HEALTH_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"

struct health {
	pthread_mutex_t lock; /* rank 60, a leaf: guards sick and why */
	bool sick;
	struct error why;
};

/* Keeps err when it tells about the medium (ERR_NO_SPACE, ERR_IO); other errors are the caller's own. */
void health_note(struct health *h, const struct error *err);
void health_clear(struct health *h);
/* 0, or -1 with the kept error. */
int health_read(struct health *h, struct error *err) WARN_UNUSED;

#endif
