#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t now_ns(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

uint64_t clock_thread_cpu_ns(void)
{
	return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t clock_process_cpu_ns(void)
{
	return now_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t clock_wall_ms(void)
{
	return (int64_t)(now_ns(CLOCK_REALTIME) / 1000000u);
}

/* Splits into calendar fields and the milliseconds left, also before 1970. */
static int split(int64_t wall_ms, struct tm *tm)
{
	int64_t ms = wall_ms % 1000;
	time_t s;
	if (ms < 0)
		ms += 1000;
	s = (time_t)((wall_ms - ms) / 1000);
	gmtime_r(&s, tm);
	return (int)ms;
}

char *clock_format_rfc3339(int64_t wall_ms, char out[CLOCK_RFC3339_SIZE])
{
	struct tm tm = { 0 };
	int ms = split(wall_ms, &tm);
	size_t n = strftime(out, CLOCK_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, CLOCK_RFC3339_SIZE - n, ".%03dZ", ms);
	return out;
}

char *clock_format_http(int64_t wall_ms, char out[CLOCK_RFC3339_SIZE])
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = { 0 };
	/* Not strftime: its names follow the locale, HTTP's do not. */
	split(wall_ms, &tm);
	snprintf(out, CLOCK_RFC3339_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[(unsigned)tm.tm_wday % 7],
		 (unsigned)tm.tm_mday % 100, months[(unsigned)tm.tm_mon % 12], (unsigned)(tm.tm_year + 1900) % 10000,
		 (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
	return out;
}
