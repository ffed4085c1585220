/* The options that change no byte of the file: when a job may run, how long its result is kept, how it is found again,
 * who is told. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "server/spec_option.h"
#include "server/url.h"
#include "server/webhook_guard.h"

#define KEEP_MAX_S (366.0 * 24 * 3600)
#define DEADLINE_MAX_MS (7.0 * 24 * 3600 * 1000)

enum { TERM_DEADLINE_MS, TERM_EXPIRES_AFTER, TERM_RUN_AT, TERM_TAGS, TERM_WEBHOOK, TERM_WEBHOOK_EVENTS };

const char *const spec_term_names[SPEC_TERMS_N] = {
	[TERM_DEADLINE_MS] = "deadline_ms", [TERM_EXPIRES_AFTER] = "expires_after",
	[TERM_RUN_AT] = "run_at",           [TERM_TAGS] = "tags",
	[TERM_WEBHOOK] = "webhook",         [TERM_WEBHOOK_EVENTS] = "webhook_events",
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

static void take_webhook(struct spec_reader *r, const struct option_value *v)
{
	struct error err = ERROR_INIT;

	if (v->type != VALUE_TEXT)
		spec_reader_complain(r, "webhook", "wrong-type", "'webhook' must be a URL");
	else if (webhook_guard_check_url(v->text, &err) < 0)
		spec_reader_complain(r, "webhook", "out-of-range", err.message);
	else
		snprintf(r->spec->terms.webhook, sizeof r->spec->terms.webhook, "%s", v->text);
}

static void take_event(struct spec_reader *r, const char *s, size_t n)
{
	static const char *const names[] = { "start", "progress", "completed" };
	unsigned i = 0;

	while (i < 3 && (strlen(names[i]) != n || memcmp(names[i], s, n) != 0))
		i++;
	if (i < 3)
		r->spec->terms.webhook_events |= 1u << i;
	else
		spec_reader_complain(r, "webhook_events", "out-of-range",
				     "'webhook_events' is a list of start, progress and completed");
}

/* A list, or in a query names with commas between them. */
static void take_events(struct spec_reader *r, const struct option_value *v)
{
	const char *s = v->text;
	size_t n;

	if (v->type == VALUE_LIST) {
		for (unsigned i = 0; i < v->n_items; i++)
			take_event(r, v->items[i], strlen(v->items[i]));
	} else if (r->is_json || !s) {
		spec_reader_complain(r, "webhook_events", "wrong-type", "'webhook_events' must be a list of strings");
	} else {
		for (; n = strcspn(s, ","), take_event(r, s, n), s[n]; s += n + 1)
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
	else if (term == TERM_TAGS)
		take_tags(r, v);
	else if (term == TERM_WEBHOOK)
		take_webhook(r, v);
	else
		take_events(r, v);
	return 0;
}
