/* Tells webhooks what happened, by Standard Webhooks. One thread with libcurl's multi interface sends up to sixteen at a
 * time. What is to be sent stands in the database (storage/deliveries.h) and is given to the thread for a minute; whatever
 * happens to the process, it is sent at least once, always with the same webhook-id.
 *
 * After a failure it is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, each a fifth more or less. 410 ends
 * it for the address. Redirects are not followed, answers are cut at 64 KiB, a call has ten seconds. */
#ifndef SERVER_WEBHOOKS_H
#define SERVER_WEBHOOKS_H

#include "queue/queue.h"
#include "storage/storage.h"

struct webhooks;

struct webhooks_config {
	struct storage *storage;
	struct queue *queue;
	const char *allowed;    /* networks inside that may be called (webhook_guard.h); NULL: none */
	int64_t first_retry_ms; /* the whole schedule is in proportion to it */
};

struct webhooks *webhooks_start(const struct webhooks_config *config, struct error *err) WARN_UNUSED;
/* Something was committed. Any thread; does not block. */
void webhooks_notify(struct webhooks *w);
/* Ends the thread; calls under way are given back. */
void webhooks_stop(struct webhooks *w);
/* After the storage's writer has ended. NULL does nothing. */
void webhooks_free(struct webhooks *w);

/* For /metrics. */
struct webhook_counts {
	uint64_t delivered, failed, retried;
};
struct webhook_counts webhooks_counts(const struct webhooks *w);

enum { WEBHOOK_MESSAGE_ID_SIZE = 64 };
/* webhook-id; returns out. */
char *webhook_message_id(const struct delivery *d, char out[WEBHOOK_MESSAGE_ID_SIZE]);

#endif
