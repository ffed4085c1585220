/* Time of day for people, monotonic time for everything that is measured or waited for. Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since an arbitrary start; never goes back; does not follow changes of the wall clock. */
uint64_t clock_monotonic_ns(void);

/* CPU time of the calling thread and of the whole process. */
uint64_t clock_thread_cpu_ns(void);
uint64_t clock_process_cpu_ns(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

enum { CLOCK_RFC3339_SIZE = 32 };

/* "2026-01-31T12:34:56.789Z", NUL-terminated, into out[CLOCK_RFC3339_SIZE]; returns out. */
char *clock_format_rfc3339(int64_t wall_ms, char out[CLOCK_RFC3339_SIZE]);

/* Reads "2026-01-31T12:34:56Z", with or without a fraction of a second, with "Z" or an offset like "+01:00" (RFC 3339),
 * years 1970 to 9999. -1 for anything else. */
int clock_parse_rfc3339(const char *text, int64_t *wall_ms);

/* Days from 1970-01-01 to a day of the Gregorian calendar; month 1..12, day 1..31. */
int64_t clock_days_from_civil(int64_t year, unsigned month, unsigned day);
unsigned clock_days_in_month(int64_t year, unsigned month);

/* "Sat, 31 Jan 2026 12:34:56 GMT" (RFC 9110 HTTP-date) into out[CLOCK_RFC3339_SIZE]; returns out. */
char *clock_format_http(int64_t wall_ms, char out[CLOCK_RFC3339_SIZE]);

#endif
