/* Wall-clock deadlines of connections. The HTTP library's own timeout starts anew with every byte, so a client that
 * sends one byte now and then holds its connection for ever ("slowloris"). Here each connection has one deadline
 * that bytes do not move; a thread shuts the late ones down, and the library notices and cleans up.
 *
 * All functions are thread-safe. A descriptor is only touched between reaper_add() and reaper_remove(), which the HTTP
 * library calls before it closes it. */
#ifndef SERVER_REAPER_H
#define SERVER_REAPER_H

#include <stdint.h>

#include "base/error.h"

struct reaper;
struct reaper_entry;

/* period_ms: how often deadlines are looked at; they are met up to this much late. */
struct reaper *reaper_new(int64_t period_ms, struct error *err) WARN_UNUSED;
/* Every entry must have been removed. */
void reaper_free(struct reaper *r);

/* NULL when out of memory. */
struct reaper_entry *reaper_add(struct reaper *r, int fd, int64_t timeout_ms);
void reaper_remove(struct reaper *r, struct reaper_entry *e);
/* A new deadline from now; 0: none. e may be NULL. */
void reaper_set(struct reaper *r, struct reaper_entry *e, int64_t timeout_ms);

#endif
