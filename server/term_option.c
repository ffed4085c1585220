/* The options that change no byte of the file: when a job may run, how long its result is kept, how it is found again. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "server/spec_option.h"
#include "server/url.h"

#define KEEP_MAX_S (366.0 * 24 * 3600)
#define DEADLINE_MAX_MS (7.0 * 24 * 3600 * 1000)

enum { TERM_DEADLINE_MS, TERM_EXPIRES_AFTER, TERM_RUN_AT, TERM_TAGS };

const char *const spec_term_names[SPEC_TERMS_N] = {
	[TERM_DEADLINE_MS] = "deadline_ms",
	[TERM_EXPIRES_AFTER] = "expires_after",
	[TERM_RUN_AT] = "run_at",
	[TERM_TAGS] = "tags",
};

static void take_whole(struct spec_reader *r, int term, const struct option_value *v, double max, int64_t *out)
{
	const char *name = spec_term_names[term];
	char message[96];

	snprintf(message, sizeof message, "'%s' must be a whole number, 1..%.0f", name, max);
	if (v->type != VALUE_NUMBER || !v->is_integer)
		spec_reader_complain(r, name, "wrong-type", message);
	else if (!(v->number >= 1 && v->number <= max))
		spec_reader_complain(r, name, "out-of-range", message);
	else
		*out = (int64_t)v->number;
}

static void take_time(struct spec_reader *r, const struct option_value *v)
{
	if (v->type != VALUE_TEXT || clock_parse_rfc3339(v->text, &r->spec->terms.run_at_ms) < 0)
		spec_reader_complain(r, "run_at", "wrong-type",
				     "'run_at' must be a time like 2026-01-31T12:34:56Z (RFC 3339)");
}

/* Printable, without the comma that separates tags in a query. */
static bool is_tag(const char *s, size_t n)
{
	if (n == 0 || n > SPEC_TAG_BYTES_MAX || !text_is_utf8(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == ',' || s[i] == 0x7f)
			return false;
	return true;
}

static void take_tag(struct spec_reader *r, const char *s, size_t n)
{
	struct spec_terms *t = &r->spec->terms;

	if (!is_tag(s, n)) {
		spec_reader_complain(r, "tags", "out-of-range",
				     "a tag has 1 to 64 bytes, without spaces, commas and control characters");
	} else if (t->n_tags == SPEC_TAGS_MAX) {
		spec_reader_complain(r, "tags", "out-of-range", "a job may have 16 tags");
	} else {
		memcpy(t->tags[t->n_tags], s, n);
		t->tags[t->n_tags++][n] = '\0';
	}
}

/* A list, or in a query names with commas between them. */
static void take_tags(struct spec_reader *r, const struct option_value *v)
{
	const char *s = v->text;
	size_t n;

	if (v->type == VALUE_LIST) {
		for (unsigned i = 0; i < v->n_items; i++)
			take_tag(r, v->items[i], strlen(v->items[i]));
	} else if (r->is_json || !s) {
		spec_reader_complain(r, "tags", "wrong-type", "'tags' must be a list of strings");
	} else {
		for (; n = strcspn(s, ","), take_tag(r, s, n), s[n]; s += n + 1)
			;
	}
}

int spec_term_take(struct spec_reader *r, const char *name, const struct option_value *v)
{
	int term = 0;

	while (term < SPEC_TERMS_N && strcmp(spec_term_names[term], name) != 0)
		term++;
	if (term == SPEC_TERMS_N)
		return -1;
	if (r->terms_seen & 1u << term) {
		spec_reader_complain(r, name, "duplicate", "an option is given more than once");
		return 0;
	}
	r->terms_seen |= 1u << term;
	if (term == TERM_DEADLINE_MS)
		take_whole(r, term, v, DEADLINE_MAX_MS, &r->spec->terms.deadline_ms);
	else if (term == TERM_EXPIRES_AFTER)
		take_whole(r, term, v, KEEP_MAX_S, &r->spec->terms.keep_s);
	else if (term == TERM_RUN_AT)
		take_time(r, v);
	else
		take_tags(r, v);
	return 0;
}
