/* Submits what schedules say when their time has come. Called by the queue's timer thread. */
#ifndef SERVER_SCHEDULER_H
#define SERVER_SCHEDULER_H

#include "server/app.h"

/* The first time after after_ms that a schedule is due; INT64_MAX: never again. ERR_INVALID for a wrong cron line,
 * ERR_NOT_FOUND for an unknown zone. */
int scheduler_next(const struct schedule *s, int64_t after_ms, int64_t *next_ms, struct error *err) WARN_UNUSED;

/* Does what is due at the wall time now_ms; returns when there is more. ctx is a struct app. */
int64_t scheduler_tick(void *ctx, int64_t now_ms);

#endif
