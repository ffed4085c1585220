#include "server/conditional.h"

#include <string.h>
#include <strings.h>
#include <time.h>

/* --- Validators ------------------------------------------------------------------------------------------- */

/* Is tag (with quotes) one of the list, or the list "*"? A weak entry W/"…" equals a strong tag only when is_weak. */
static bool list_has(const char *list, const char *tag, bool is_weak)
{
	size_t n = strlen(tag);

	list += strspn(list, " \t");
	if (*list == '*')
		return true;
	while (*list) {
		bool weak = strncmp(list, "W/", 2) == 0;
		const char *entry = list + (weak ? 2 : 0), *end = *entry == '"' ? strchr(entry + 1, '"') : NULL;
		if (!end)
			return false;
		if ((!weak || is_weak) && (size_t)(end + 1 - entry) == n && memcmp(entry, tag, n) == 0)
			return true;
		list = end + 1 + strspn(end + 1, " \t,");
	}
	return false;
}

/* IMF-fixdate; the obsolete forms are not read, which a sender of conditional headers has to expect. -1: no date. */
static int64_t parse_date(const char *s)
{
	struct tm tm = { .tm_sec = 0 };
	const char *end = strptime(s, "%a, %d %b %Y %H:%M:%S GMT", &tm);

	return end && *end == '\0' ? (int64_t)timegm(&tm) : -1;
}

static int64_t seconds_of(const struct validators *v)
{
	return v->last_modified_ms / 1000;
}

enum condition_result conditional_check(const struct conditions *c, const struct validators *v)
{
	int64_t date;

	if (c->if_match) {
		if (!list_has(c->if_match, v->etag, false))
			return CONDITION_FAILED;
	} else if (c->if_unmodified_since) {
		date = parse_date(c->if_unmodified_since);
		if (date >= 0 && seconds_of(v) > date)
			return CONDITION_FAILED;
	}
	if (c->if_none_match)
		return list_has(c->if_none_match, v->etag, true) ? CONDITION_NOT_MODIFIED : CONDITION_GO_ON;
	if (c->if_modified_since) {
		date = parse_date(c->if_modified_since);
		if (date >= 0 && seconds_of(v) <= date)
			return CONDITION_NOT_MODIFIED;
	}
	return CONDITION_GO_ON;
}

bool conditional_range_applies(const struct conditions *c, const struct validators *v)
{
	if (!c->if_range)
		return true;
	if (c->if_range[0] == '"')
		return strcmp(c->if_range, v->etag) == 0;
	return parse_date(c->if_range) == seconds_of(v);
}

/* --- Ranges ----------------------------------------------------------------------------------------------- */

/* Decimal digits at *s, saturating; false when there are none. */
static bool read_number(const char **s, uint64_t *value)
{
	const char *start = *s;
	uint64_t n = 0;

	for (; **s >= '0' && **s <= '9'; ++*s)
		n = n > (UINT64_MAX - 9) / 10 ? UINT64_MAX : n * 10 + (uint64_t)(**s - '0');
	*value = n;
	return *s != start;
}

/* One "first-last", "first-" or "-suffix" at *s: 1 with *out, 0 when it lies outside, -1 for a syntax error. */
static int read_range(const char **s, uint64_t size, struct byte_range *out)
{
	uint64_t first, last;
	bool has_first = read_number(s, &first), has_last;

	if (*(*s)++ != '-')
		return -1;
	has_last = read_number(s, &last);
	if (!has_first) {
		if (!has_last)
			return -1;
		*out = (struct byte_range){ last < size ? size - last : 0, size - 1 };
		return last > 0 && size > 0;
	}
	if (has_last && last < first)
		return -1;
	if (first >= size)
		return 0;
	*out = (struct byte_range){ first, has_last && last < size ? last : size - 1 };
	return 1;
}

static bool asks_too_much(const struct byte_range *ranges, size_t n, uint64_t size)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += ranges[i].last - ranges[i].first + 1;
	return n > 1 && total > size;
}

enum range_result range_parse(const char *value, uint64_t size, struct byte_range ranges[RANGES_MAX], size_t *n)
{
	size_t n_asked = 0;

	*n = 0;
	if (strncasecmp(value, "bytes=", 6) != 0)
		return RANGE_IGNORE;
	for (value += 6 + strspn(value + 6, " \t,"); *value; value += strspn(value, " \t,")) {
		struct byte_range one;
		int found = read_range(&value, size, &one);
		if (found < 0 || ++n_asked > RANGES_MAX || (*value && !strchr(" \t,", *value)))
			return RANGE_IGNORE;
		if (found)
			ranges[(*n)++] = one;
	}
	if (n_asked == 0 || asks_too_much(ranges, *n, size))
		return RANGE_IGNORE;
	return *n ? RANGE_FOLLOW : RANGE_UNSATISFIABLE;
}
