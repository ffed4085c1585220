/* A zone is a list of changes, each with the offset that holds from then on, and a rule for all time after the last of them
 * (a POSIX TZ string: "CET-1CEST,M3.5.0,M10.5.0/3"). */
#include "base/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
	FILE_BYTES_MAX = 256 * 1024,
	HEAD_BYTES = 44,
	RULE_BYTES_MAX = 80,
	DAY_S = 86400,
	OFFSET_MAX_S = 26 * 3600, /* what the format allows, 25:59:59, and a second */
};

/* A day of each year, and the time of it. */
struct rule_day {
	enum { RULE_MONTH_DAY, RULE_JULIAN, RULE_ZERO_BASED } kind;
	int month, week, day; /* of the others only day */
	int32_t time_s;
};

struct zone {
	size_t n; /* changes */
	int64_t *at_s;
	int32_t *offset_s; /* [n], from at_s[i] on */
	int32_t first_s;   /* before the first change */
	bool has_rule, has_summer;
	int32_t standard_s, summer_s;
	struct rule_day begin, end; /* of summer */
};

/* --- The rule --------------------------------------------------------------------------------------------- */

struct text {
	const char *s;
};

static bool take(struct text *t, char c)
{
	return *t->s == c && ++t->s;
}

/* A whole number up to max; -1 when it is not there. */
static int take_number(struct text *t, int max)
{
	int n = 0, digits = 0;

	for (; *t->s >= '0' && *t->s <= '9' && n <= max; t->s++, digits++)
		n = 10 * n + (*t->s - '0');
	return digits && n <= max ? n : -1;
}

/* "CET" or "<+03>". */
static int take_abbreviation(struct text *t)
{
	const char *start = t->s;
	size_t n;

	if (take(t, '<')) {
		t->s += strcspn(t->s, ">");
		return take(t, '>') ? 0 : -1;
	}
	n = strspn(t->s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	t->s = start + n;
	return n >= 3 ? 0 : -1;
}

/* "[+-]hh[:mm[:ss]]" in seconds. -1: it is not there. */
static int take_time(struct text *t, int32_t *out)
{
	int sign = take(t, '-') ? -1 : (take(t, '+'), 1), parts[3] = { 0 };

	parts[0] = take_number(t, 167);
	for (int i = 1; i < 3 && parts[i - 1] >= 0 && take(t, ':'); i++)
		parts[i] = take_number(t, 59);
	*out = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
	return parts[0] < 0 || parts[1] < 0 || parts[2] < 0 ? -1 : 0;
}

static int take_month_day(struct text *t, struct rule_day *d)
{
	d->kind = RULE_MONTH_DAY;
	d->month = take_number(t, 12);
	if (d->month < 1 || !take(t, '.'))
		return -1;
	d->week = take_number(t, 5);
	if (d->week < 1 || !take(t, '.'))
		return -1;
	d->day = take_number(t, 6);
	return d->day < 0 ? -1 : 0;
}

static int take_rule_day(struct text *t, struct rule_day *d)
{
	bool is_julian;
	int rc;

	d->time_s = 2 * 3600;
	if (!take(t, ','))
		return -1;
	if (take(t, 'M')) {
		rc = take_month_day(t, d);
	} else {
		is_julian = take(t, 'J');
		d->kind = is_julian ? RULE_JULIAN : RULE_ZERO_BASED;
		d->day = take_number(t, 365);
		rc = d->day < (is_julian ? 1 : 0) ? -1 : 0;
	}
	if (rc == 0 && take(t, '/'))
		rc = take_time(t, &d->time_s);
	return rc;
}

/* POSIX counts west as positive. */
static int take_offset(struct text *t, int32_t *east_s)
{
	int32_t west_s;

	if (take_time(t, &west_s) || west_s >= OFFSET_MAX_S || west_s <= -OFFSET_MAX_S)
		return -1;
	*east_s = -west_s;
	return 0;
}

static int parse_rule(struct zone *z, const char *text)
{
	struct text t = { text };

	if (!*text)
		return 0;
	if (take_abbreviation(&t) || take_offset(&t, &z->standard_s))
		return -1;
	z->has_rule = true;
	if (!*t.s)
		return 0;
	z->has_summer = true;
	z->summer_s = z->standard_s + 3600;
	if (take_abbreviation(&t))
		return -1;
	if (*t.s != ',' && take_offset(&t, &z->summer_s))
		return -1;
	return take_rule_day(&t, &z->begin) || take_rule_day(&t, &z->end) || *t.s ? -1 : 0;
}

/* Local seconds since 1970 at which the rule's moment comes in a year. */
static int64_t rule_moment(const struct rule_day *d, int64_t year)
{
	int64_t january = clock_days_from_civil(year, 1, 1), first;
	int day;

	if (d->kind == RULE_ZERO_BASED)
		return (january + d->day) * DAY_S + d->time_s;
	if (d->kind == RULE_JULIAN) {
		/* The leap day is never counted. */
		bool is_past_leap_day = d->day > 59 && clock_days_in_month(year, 2) == 29;
		return (january + d->day - 1 + is_past_leap_day) * DAY_S + d->time_s;
	}
	first = clock_days_from_civil(year, (unsigned)d->month, 1);
	/* Day 0 of the count was a Thursday. */
	day = (int)((d->day - (first + 4) % 7 + 7) % 7) + 7 * (d->week - 1);
	while (day >= (int)clock_days_in_month(year, (unsigned)d->month))
		day -= 7;
	return (first + day) * DAY_S + d->time_s;
}

/* The year of a day: close by the mean length, then exact. */
static int64_t year_of(int64_t utc_s)
{
	int64_t days = utc_s / DAY_S - (utc_s % DAY_S < 0), year = 1970 + days * 400 / 146097;

	while (clock_days_from_civil(year, 1, 1) > days)
		year--;
	while (clock_days_from_civil(year + 1, 1, 1) <= days)
		year++;
	return year;
}

static int32_t rule_offset(const struct zone *z, int64_t utc_s)
{
	int64_t year = year_of(utc_s + z->standard_s), begin_s, end_s;
	bool is_summer;

	if (!z->has_summer)
		return z->standard_s;
	begin_s = rule_moment(&z->begin, year) - z->standard_s;
	end_s = rule_moment(&z->end, year) - z->summer_s;
	is_summer = begin_s < end_s ? utc_s >= begin_s && utc_s < end_s : utc_s >= begin_s || utc_s < end_s;
	return is_summer ? z->summer_s : z->standard_s;
}

/* --- The file --------------------------------------------------------------------------------------------- */

static int64_t read_big(const uint8_t *p, int n)
{
	uint64_t x = p[0] & 0x80 ? ~(uint64_t)0 : 0;

	for (int i = 0; i < n; i++)
		x = x << 8 | p[i];
	return (int64_t)x;
}

/* The counts of a block's header, in the order of the file. */
struct block {
	size_t n_isut, n_isstd, n_leap, n_times, n_types, n_chars;
};

/* Reads a header; false when it is none or its block is longer than what is left. time_bytes: 4 or 8. */
static bool read_head(const uint8_t *p, size_t n, size_t time_bytes, struct block *b, size_t *block_bytes)
{
	size_t counts[6];

	if (n < HEAD_BYTES || memcmp(p, "TZif", 4) != 0)
		return false;
	for (int i = 0; i < 6; i++) {
		int64_t count = read_big(p + 20 + 4 * i, 4);
		if (count < 0 || count > FILE_BYTES_MAX)
			return false;
		counts[i] = (size_t)count;
	}
	*b = (struct block){ counts[0], counts[1], counts[2], counts[3], counts[4], counts[5] };
	*block_bytes = b->n_times * (time_bytes + 1) + b->n_types * 6 + b->n_chars + b->n_leap * (time_bytes + 4) +
		       b->n_isstd + b->n_isut;
	return b->n_types > 0 && *block_bytes <= n - HEAD_BYTES;
}

static int fill_changes(struct zone *z, const uint8_t *p, const struct block *b)
{
	const uint8_t *kinds = p + 8 * b->n_times, *types = kinds + b->n_times;

	z->first_s = (int32_t)read_big(types, 4);
	for (size_t i = 0; i < b->n_times; i++) {
		if (kinds[i] >= b->n_types)
			return -1;
		z->at_s[i] = read_big(p + 8 * i, 8);
		z->offset_s[i] = (int32_t)read_big(types + 6 * kinds[i], 4);
		if (z->offset_s[i] <= -OFFSET_MAX_S || z->offset_s[i] >= OFFSET_MAX_S ||
		    (i > 0 && z->at_s[i] <= z->at_s[i - 1]))
			return -1;
	}
	z->n = b->n_times;
	return z->first_s > -OFFSET_MAX_S && z->first_s < OFFSET_MAX_S ? 0 : -1;
}

/* The footer: the rule between two newlines. */
static int read_footer(struct zone *z, const uint8_t *p, size_t n)
{
	char text[RULE_BYTES_MAX];
	const uint8_t *end = n > 1 && p[0] == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
	size_t len = end ? (size_t)(end - p - 1) : 0;

	if (!end || len >= sizeof text)
		return -1;
	memcpy(text, p + 1, len);
	text[len] = '\0';
	return parse_rule(z, text);
}

/* The second block of the file has 64-bit times; files without one (version 1) are no longer made. */
static int parse(struct zone *z, const uint8_t *p, size_t n)
{
	struct block b;
	size_t bytes;

	if (!read_head(p, n, 4, &b, &bytes) || p[4] < '2')
		return -1;
	p += HEAD_BYTES + bytes;
	n -= HEAD_BYTES + bytes;
	if (!read_head(p, n, 8, &b, &bytes))
		return -1;
	z->at_s = calloc(b.n_times + 1, sizeof *z->at_s);
	z->offset_s = calloc(b.n_times + 1, sizeof *z->offset_s);
	if (!z->at_s || !z->offset_s || fill_changes(z, p + HEAD_BYTES, &b))
		return -1;
	return read_footer(z, p + HEAD_BYTES + bytes, n - HEAD_BYTES - bytes);
}

/* Universal time, until more is known. */
static struct zone *zone_new(struct error *err)
{
	struct zone *z = calloc(1, sizeof *z);

	if (!z)
		error_set(err, ERR_NO_MEMORY, "no memory for a time zone");
	return z;
}

struct zone *zone_parse(const uint8_t *bytes, size_t n, struct error *err)
{
	struct zone *z = zone_new(err);

	if (!z)
		return NULL;
	if (parse(z, bytes, n) == 0)
		return z;
	zone_free(z);
	error_set(err, ERR_CORRUPT, "the file of the time zone cannot be read");
	return NULL;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->at_s);
	free(z->offset_s);
	free(z);
}

/* Letters, digits and "+-_" in parts separated by single slashes: nothing that leaves the folder. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= ZONE_NAME_SIZE || strstr(name, "//") || name[0] == '/' || name[n - 1] == '/')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_/") == n;
}

struct zone *zone_open(const char *name, struct error *err)
{
	char path[ZONE_NAME_SIZE + 32];
	struct zone *z = NULL;
	uint8_t *bytes;
	FILE *f;

	if (strcmp(name, "UTC") == 0)
		return zone_new(err);
	if (!is_name(name)) {
		error_set(err, ERR_NOT_FOUND, "no time zone has this name");
		return NULL;
	}
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%.63s", name);
	f = fopen(path, "re");
	bytes = f ? malloc(FILE_BYTES_MAX) : NULL;
	if (bytes)
		z = zone_parse(bytes, fread(bytes, 1, FILE_BYTES_MAX, f), err);
	else
		error_set(err, f ? ERR_NO_MEMORY : ERR_NOT_FOUND, "no time zone is called '%.63s'", name);
	free(bytes);
	if (f)
		fclose(f);
	return z;
}

/* --- Asking ----------------------------------------------------------------------------------------------- */

int32_t zone_offset(const struct zone *z, int64_t utc_s)
{
	size_t low = 0, high = z->n;

	if (z->has_rule && (z->n == 0 || utc_s >= z->at_s[z->n - 1]))
		return rule_offset(z, utc_s);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (z->at_s[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? z->offset_s[low - 1] : z->first_s;
}

int64_t zone_to_utc(const struct zone *z, int64_t local_s)
{
	int32_t before = zone_offset(z, local_s - DAY_S), after = zone_offset(z, local_s + DAY_S);
	int64_t first = local_s - (before > after ? before : after),
		second = local_s - (before > after ? after : before);

	if (zone_offset(z, first) == local_s - first)
		return first;
	if (zone_offset(z, second) == local_s - second)
		return second;
	return local_s - before;
}
