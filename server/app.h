/* What handlers share: the parts of the running service. Read-only after the start but for is_draining. */
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "queue/queue.h"
#include "render/render.h"
#include "server/server.h"
#include "storage/storage.h"

struct app {
	struct server_config config;
	struct storage *storage;
	struct queue *queue;
	struct render_engine *engine;
	_Atomic bool is_draining; /* set once by server_drain_and_stop(), read by handlers; no other data hang on it */
};

#endif
