#include "base/cron.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, DAYS_MAX = 40 * 366 };
#define ALL_HOURS 0xffffffu

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul",
					   "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const struct field {
	const char *name;
	int min, max;
	const char *const *names; /* of min, min + 1 ... */
} fields[] = {
	{ "minute", 0, 59, NULL },
	{ "hour", 0, 23, NULL },
	{ "day", 1, 31, NULL },
	{ "month", 1, 12, month_names },
	{ "weekday", 0, 7, weekday_names },
};
enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, N_FIELDS };

static const struct {
	const char *name, *line;
} shorthands[] = {
	{ "@hourly", "0 * * * *" },   { "@daily", "0 0 * * *" },   { "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" },   { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

/* --- Reading ---------------------------------------------------------------------------------------------- */

/* A number or a name; -1 when neither is there. */
static int take_value(const char **s, const struct field *f)
{
	int value = 0, digits = 0;

	for (int i = 0; f->names && f->names[i]; i++)
		if (strncasecmp(*s, f->names[i], 3) == 0) {
			*s += 3;
			return f->min + i;
		}
	for (; **s >= '0' && **s <= '9' && digits < 4; ++*s, digits++)
		value = 10 * value + (**s - '0');
	return digits > 0 && value >= f->min && value <= f->max ? value : -1;
}

/* "*", "5", "1-5", each with "/2" or not. Adds its bits; -1: it is none of these. */
static int take_part(const char **s, const struct field *f, uint64_t *bits)
{
	int from = f->min, to = f->max, step = 1;
	bool is_single = false;

	if (**s == '*') {
		++*s;
	} else {
		from = to = take_value(s, f);
		is_single = **s != '-';
		if (!is_single && ++*s)
			to = take_value(s, f);
	}
	if (**s == '/') {
		static const struct field steps = { "", 1, 60, NULL };
		++*s;
		step = take_value(s, &steps);
		/* "5/15" is "5-59/15". */
		to = is_single && from >= 0 ? f->max : to;
	}
	if (from < 0 || to < from || step < 1)
		return -1;
	for (int i = from; i <= to; i += step)
		*bits |= (uint64_t)1 << i;
	return 0;
}

static int take_field(const char **s, const struct field *f, uint64_t *bits)
{
	*bits = 0;
	do {
		if (take_part(s, f, bits))
			return -1;
	} while (**s == ',' && ++*s);
	return **s == '\0' || **s == ' ' || **s == '\t' ? 0 : -1;
}

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

static const char *expand(const char *text)
{
	for (size_t i = 0; i < sizeof shorthands / sizeof shorthands[0]; i++)
		if (strcasecmp(shorthands[i].name, text) == 0)
			return shorthands[i].line;
	return text;
}

int cron_parse(const char *text, struct cron *out, struct error *err)
{
	const char *s = skip_space(expand(text));
	uint64_t bits[N_FIELDS];
	bool is_any[N_FIELDS];

	for (int i = 0; i < N_FIELDS; i++) {
		const struct field *f = &fields[i];
		is_any[i] = *s == '*';
		if (take_field(&s, f, &bits[i]))
			return error_set(err, ERR_INVALID,
					 "field %d of the cron line, the %s, must be made of '*', numbers %d to %d%s, "
					 "ranges, steps "
					 "and commas",
					 i + 1, f->name, f->min, f->max, f->names ? ", names" : "");
		s = skip_space(s);
	}
	if (*s)
		return error_set(err, ERR_INVALID, "a cron line has five fields: minute, hour, day, month, weekday");
	*out = (struct cron){
		.minutes = bits[MINUTE],
		.hours = (uint32_t)bits[HOUR],
		.days = (uint32_t)bits[DAY],
		.months = (uint32_t)bits[MONTH],
		.weekdays = (uint32_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f),
		.is_any_day = is_any[DAY],
		.is_any_weekday = is_any[WEEKDAY],
	};
	return 0;
}

/* --- The next time ---------------------------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Month and day of a day since 1970. */
static void civil_of(int64_t days, unsigned *month, unsigned *day)
{
	int64_t year = 1970 + days * 400 / 146097;

	while (clock_days_from_civil(year, 1, 1) > days)
		year--;
	while (clock_days_from_civil(year + 1, 1, 1) <= days)
		year++;
	*month = 12;
	while (clock_days_from_civil(year, *month, 1) > days)
		--*month;
	*day = (unsigned)(days - clock_days_from_civil(year, *month, 1)) + 1;
}

static bool is_day(const struct cron *c, int64_t days)
{
	unsigned month, day, weekday = (unsigned)(((days + 4) % 7 + 7) % 7);
	bool fits_day, fits_weekday;

	civil_of(days, &month, &day);
	if (!(c->months >> month & 1))
		return false;
	fits_day = c->days >> day & 1;
	fits_weekday = c->weekdays >> weekday & 1;
	return c->is_any_day || c->is_any_weekday ? fits_day && fits_weekday : fits_day || fits_weekday;
}

/* The smallest time after utc_s on a local day, or INT64_MAX. */
static int64_t next_on_day(const struct cron *c, const struct zone *z, int64_t days, int64_t utc_s)
{
	int64_t best = INT64_MAX;

	for (int hour = 0; hour < 24; hour++) {
		for (int minute = 0; (c->hours >> hour & 1) && minute < 60; minute++) {
			int64_t local_s = days * DAY_S + hour * HOUR_S + minute * MINUTE_S, at_s;
			if (!(c->minutes >> minute & 1))
				continue;
			at_s = zone_to_utc(z, local_s);
			if (at_s > utc_s && at_s < best)
				best = at_s;
		}
	}
	return best;
}

/* For lines that hold every hour: what clocks show within the coming two hours, whichever time they show it. */
static int64_t next_in_hours(const struct cron *c, const struct zone *z, int64_t utc_s)
{
	int64_t at_s = floor_div(utc_s, MINUTE_S) * MINUTE_S;

	for (int i = 0; i < 120; i++) {
		int64_t local_s, days, minute;
		at_s += MINUTE_S;
		local_s = at_s + zone_offset(z, at_s);
		days = floor_div(local_s, DAY_S);
		minute = (local_s - days * DAY_S) / MINUTE_S % 60;
		if ((c->minutes >> minute & 1) && is_day(c, days))
			return at_s;
	}
	return INT64_MAX;
}

int64_t cron_next(const struct cron *c, const struct zone *z, int64_t utc_s)
{
	int64_t today = floor_div(utc_s + zone_offset(z, utc_s), DAY_S), soon = INT64_MAX;

	if (c->hours == ALL_HOURS)
		soon = next_in_hours(c, z, utc_s);
	if (soon != INT64_MAX)
		return soon;
	/* The day before: what clocks left out at its end may come after midnight. */
	for (int64_t days = today - 1; days < today + DAYS_MAX; days++) {
		int64_t at_s = is_day(c, days) ? next_on_day(c, z, days, utc_s) : INT64_MAX;
		if (at_s != INT64_MAX)
			return at_s;
	}
	return INT64_MAX;
}
