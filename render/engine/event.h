/* From one event to one voice: reads the event's controls, finds its sound, places it in time and level.
 *
 * An event_maker belongs to one event source and is used by its score tile only, so it keeps what it has looked up
 * without a lock. */
#ifndef RENDER_ENGINE_EVENT_H
#define RENDER_ENGINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "render/engine/controls.h"
#include "render/engine/run.h"
#include "render/engine/voice.h"
#include "render/pattern/pattern.h"

/* A hap with everything that needs its place in time already resolved. */
struct event {
	const struct hap *hap;
	uint64_t onset;  /* frame of the run */
	uint64_t length; /* frames of its whole */
	uint64_t block;  /* in which the onset lies */
	struct modulators modulators;
};

struct event_maker;

/* NULL when memory is out. */
struct event_maker *event_maker_new(struct run *run, const struct plan_events *events);
void event_maker_free(struct event_maker *m);

/* Makes the voice of an event: *v, with ordinal left to the caller. Returns 1; 0 when the event makes no sound (an
 * unknown sample: a warning was added); -1 with an error that ends the job. A v->note has to be rendered before the
 * voice is mixed. The sound of a sample stays valid until event_maker_free(), that of a note while it is in the cache. */
int event_make_voice(struct event_maker *m, const struct event *ev, struct voice *v, struct error *err) WARN_UNUSED;

/* Forgets unused notes. */
void event_maker_evict(struct event_maker *m, uint64_t block);

#endif
