#include "base/clock.h"

#include <stdbool.h>
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

/* Counts in eras of 400 years that begin in March, so that the leap day is the last of its year: H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", 2013. */
int64_t clock_days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

unsigned clock_days_in_month(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* n decimal digits at *s, which moves behind them; -1 when they are not there. */
static int take_digits(const char **s, int n)
{
	int value = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = 10 * value + (**s - '0');
	}
	return value;
}

static bool take_char(const char **s, char c)
{
	return **s == c && ++*s;
}

/* Milliseconds of a fraction, ".789"; what is finer is cut off. -1: no digits. */
static int take_fraction(const char **s)
{
	int ms = 0, n = 0;

	if (!take_char(s, '.'))
		return 0;
	for (; **s >= '0' && **s <= '9'; (*s)++, n++)
		ms = n < 3 ? 10 * ms + (**s - '0') : ms;
	for (int i = n; i < 3; i++)
		ms *= 10;
	return n > 0 ? ms : -1;
}

/* Minutes east of Greenwich; -1 when it is not there. */
static int take_offset(const char **s, int *minutes)
{
	int sign = **s == '-' ? -1 : 1, hour, minute;

	*minutes = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return 0;
	if (!take_char(s, '+') && !take_char(s, '-'))
		return -1;
	hour = take_digits(s, 2);
	if (hour < 0 || hour > 23 || !take_char(s, ':'))
		return -1;
	minute = take_digits(s, 2);
	*minutes = sign * (60 * hour + minute);
	return minute < 0 || minute > 59 ? -1 : 0;
}

int clock_parse_rfc3339(const char *text, int64_t *wall_ms)
{
	static const char separators[] = "--T::";
	static const int most[] = { 9999, 12, 31, 23, 59, 59 }, least[] = { 1970, 1, 1, 0, 0, 0 };
	int parts[6], ms, offset;
	int64_t seconds;

	for (int i = 0; i < 6; i++) {
		if (i > 0 && !take_char(&text, separators[i - 1]))
			return -1;
		parts[i] = take_digits(&text, i == 0 ? 4 : 2);
		if (parts[i] < least[i] || parts[i] > most[i])
			return -1;
	}
	ms = take_fraction(&text);
	if (ms < 0 || take_offset(&text, &offset) < 0 || *text)
		return -1;
	if ((unsigned)parts[2] > clock_days_in_month(parts[0], (unsigned)parts[1]))
		return -1;
	seconds = clock_days_from_civil(parts[0], (unsigned)parts[1], (unsigned)parts[2]) * 86400 + parts[3] * 3600 +
		  parts[4] * 60 + parts[5] - offset * 60;
	*wall_ms = seconds * 1000 + ms;
	return 0;
}
