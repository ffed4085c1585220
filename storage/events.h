/* The log of what happened to jobs; a part of storage.h. Triggers write it in the transaction of each change
 * (service_schema.c). */
#ifndef STORAGE_EVENTS_H
#define STORAGE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/ids.h"

struct storage;

struct job_event {
	int64_t id; /* ascending; never given twice */
	char job_id[JOB_ID_SIZE], key_id[KEY_ID_SIZE];
	char state[16]; /* of enum job_state, or "deleted" */
	int attempt;
	int64_t at_ms;
};

struct event_filter {
	int64_t after_id;
	const char *job_id; /* NULL: of all jobs */
	const char *key_id; /* NULL: of all keys */
};

/* Up to max events, oldest first; returns how many, or -1. */
int storage_event_list(struct storage *s, const struct event_filter *f, struct job_event *out, size_t max,
		       struct error *err) WARN_UNUSED;
/* 0: there was none yet. */
int storage_event_last_id(struct storage *s, int64_t *id, struct error *err) WARN_UNUSED;
/* Forgets older ones. */
int storage_event_sweep(struct storage *s, int64_t before_ms, struct error *err) WARN_UNUSED;

/* Calls back on the writer thread after every commit of this process until storage_close(); must not block or call
 * storage. Once. */
void storage_on_commit(struct storage *s, void (*cb)(void *ctx), void *ctx);

#endif
