/* What handlers share: the parts of the running service. Read-only after the start but for the atomics. */
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "queue/queue.h"
#include "render/render.h"
#include "server/server.h"
#include "storage/storage.h"

struct background;
struct cors;
struct metrics;
struct event_hub;
struct live_hub;
struct webhooks;
struct rate_table;

struct app {
	struct server_config config;
	struct storage *storage;
	struct queue *queue;
	struct render_engine *engine;
	struct background *background;
	struct cors *cors;
	struct metrics *metrics;
	struct event_hub *events;
	struct live_hub *live;
	struct webhooks *webhooks;
	struct rate_table *rates;
	_Atomic unsigned rate_per_ip;    /* of the configuration as reloaded last; relaxed */
	_Atomic bool has_keys;           /* there is a key; relaxed */
	_Atomic uint64_t keys_looked_ns; /* when there was none; relaxed */
	_Atomic bool is_draining; /* set once by server_drain_and_stop(), read by handlers; no other data hang on it */
};

#endif
