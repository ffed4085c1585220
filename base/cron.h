/* Cron lines: "minute hour day month weekday", as in crontab(5): numbers, names of months and weekdays, lists, ranges, steps;
 * weekdays 0 to 7, where 0 and 7 are Sunday. When both days and weekdays are limited, either will do. "@hourly", "@daily",
 * "@weekly", "@monthly" and "@yearly" stand for the usual lines. Pure functions, any thread. */
#ifndef BASE_CRON_H
#define BASE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/zone.h"

struct cron {
	uint64_t minutes;                /* bit 0..59 */
	uint32_t hours;                  /* bit 0..23 */
	uint32_t days;                   /* bit 1..31 */
	uint32_t months;                 /* bit 1..12 */
	uint32_t weekdays;               /* bit 0..6 */
	bool is_any_day, is_any_weekday; /* the field begins with '*' */
};

/* ERR_INVALID says which field and what it may hold. */
int cron_parse(const char *text, struct cron *out, struct error *err) WARN_UNUSED;

/* The first time after utc_s, in seconds since 1970, at which the zone's clocks show what the line says; INT64_MAX when there
 * is none within the next 40 years ("0 0 30 2 *"). A time that clocks leave out comes as zone_to_utc() says. One that they show
 * twice counts once, unless the line says every hour: then it counts each time. */
int64_t cron_next(const struct cron *c, const struct zone *z, int64_t utc_s);

#endif
