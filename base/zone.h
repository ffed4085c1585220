/* Time zones by their IANA names, from the system's compiled files (RFC 9636), without the process's TZ: any number of
 * zones at once, from any thread. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { ZONE_NAME_SIZE = 64 };

struct zone;

/* "Europe/Berlin"; "UTC" needs no file. ERR_NOT_FOUND: no zone has this name; ERR_CORRUPT; ERR_NO_MEMORY. */
struct zone *zone_open(const char *name, struct error *err) WARN_UNUSED;
/* From the bytes of a file. */
struct zone *zone_parse(const uint8_t *bytes, size_t n, struct error *err) WARN_UNUSED;
void zone_free(struct zone *z);

/* Seconds east of Greenwich at a time, in seconds since 1970. */
int32_t zone_offset(const struct zone *z, int64_t utc_s);

/* The time at which clocks show local_s (seconds since 1970 as if the zone were UTC). Where they show it twice, the first
 * time; where they never do, because they are put forward over it, as long after the change as it lies behind the begin of
 * the gap. */
int64_t zone_to_utc(const struct zone *z, int64_t local_s);

#endif
