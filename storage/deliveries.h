/* What is to be told to webhooks, and what came of it; a part of storage.h. Deliveries are made by triggers in the
 * transaction of the change that they tell of (service_schema.c). Strings of out structs that are pointers are malloc'd. */
#ifndef STORAGE_DELIVERIES_H
#define STORAGE_DELIVERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/ids.h"

struct storage;

/* --- What a submission brings beside its program ----------------------------------------------------------- */

enum { TRACEPARENT_SIZE = 56, WEBHOOK_URL_MAX = 2000 };

/* Bits of job_origin.webhook_events. The end of a job is always told. */
enum { WEBHOOK_START = 1, WEBHOOK_PROGRESS = 2, WEBHOOK_COMPLETED = 4 };

struct job_origin {
	char webhook_url[WEBHOOK_URL_MAX + 1]; /* "": none */
	unsigned webhook_events;
	char traceparent[TRACEPARENT_SIZE]; /* "": none */
};

/* --- Deliveries ------------------------------------------------------------------------------------------ */

enum { WEBHOOK_SECRET_BYTES = 32 };

struct delivery {
	int64_t id;
	char job_id[JOB_ID_SIZE], key_id[KEY_ID_SIZE];
	char event[24];  /* "job.started", "job.progress", "job.succeeded", … */
	char status[12]; /* "pending", "delivered", "failed" (given up), "disabled" (the receiver answered 410) */
	char *url;
	char traceparent[TRACEPARENT_SIZE]; /* "": none */
	int attempts;                       /* in this round; a redelivery begins a new one */
	int64_t created_at_ms, next_at_ms;  /* next: 0 when nothing is left to do */
};

struct delivery_attempt {
	int n; /* from 1, over all rounds */
	int64_t at_ms, duration_ms;
	int http_status; /* 0: no answer */
	char error[160]; /* "": none */
};

void delivery_fini(struct delivery *d);

/* Up to max that are due, given to the caller until lease_ms from now; after that they are due again. Returns how many,
 * or -1. Those to an address that answered 410 are closed instead. */
int storage_delivery_claim(struct storage *s, int64_t now_ms, int64_t lease_ms, struct delivery *out, size_t max,
			   struct error *err) WARN_UNUSED;
/* When the next one is due; 0: none is. */
int storage_delivery_next_at(struct storage *s, int64_t *at_ms, struct error *err) WARN_UNUSED;

struct delivery_outcome {
	int64_t id;
	struct delivery_attempt attempt; /* n is given by the storage */
	const char *status;
	int64_t next_at_ms; /* 0 unless status is "pending" */
};
/* Writes an attempt down. "disabled" closes everything else for that address and key too. */
int storage_delivery_finish(struct storage *s, const struct delivery_outcome *o, struct error *err) WARN_UNUSED;
/* Not tried: due again then. */
int storage_delivery_postpone(struct storage *s, int64_t id, int64_t next_at_ms, struct error *err) WARN_UNUSED;

/* Of a job or a batch, oldest first, at most 200. *list is malloc'd. */
int storage_delivery_list(struct storage *s, const char *job_id, struct delivery **list, size_t *n,
			  struct error *err) WARN_UNUSED;
/* The last attempts of one, newest first; returns how many, or -1. */
int storage_delivery_attempts(struct storage *s, int64_t id, struct delivery_attempt *out, size_t max,
			      struct error *err) WARN_UNUSED;
/* All deliveries of the job or batch that have ended are due again, also to an address that answered 410. ERR_NOT_FOUND: it
 * has none. */
int storage_delivery_redeliver(struct storage *s, const char *job_id, int64_t now_ms, struct error *err) WARN_UNUSED;

/* Of a running job whose webhook asked for it: a delivery of "job.progress", unless one is waiting. 1: made. */
int storage_delivery_progress(struct storage *s, const char *job_id, int64_t now_ms, struct error *err) WARN_UNUSED;
/* Forgets deliveries that ended before. */
int storage_delivery_sweep(struct storage *s, int64_t before_ms, struct error *err) WARN_UNUSED;

/* What deliveries of a key are signed with; key_id "": those of jobs without one. */
struct webhook_secrets {
	uint8_t now[WEBHOOK_SECRET_BYTES], old[WEBHOOK_SECRET_BYTES];
	bool has_old;
	int64_t old_until_ms;
};
/* With `fresh` as the secret when there is none yet. */
int storage_webhook_secrets(struct storage *s, const char *key_id, const uint8_t fresh[WEBHOOK_SECRET_BYTES],
			    struct webhook_secrets *out, struct error *err) WARN_UNUSED;
int storage_webhook_rotate(struct storage *s, const char *key_id, const uint8_t fresh[WEBHOOK_SECRET_BYTES],
			   int64_t old_until_ms, struct error *err) WARN_UNUSED;

#endif
