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

/* "Sat, 31 Jan 2026 12:34:56 GMT" (RFC 9110 HTTP-date) into out[CLOCK_RFC3339_SIZE]; returns out. */
char *clock_format_http(int64_t wall_ms, char out[CLOCK_RFC3339_SIZE]);

#endif
