/* The options of a request, one row each: name, type, range. A reader takes them one by one, from a body or a query, and
 * at the end looks at them together. Everything wrong becomes a problem; nothing fails early. */
#ifndef SERVER_SPEC_OPTION_H
#define SERVER_SPEC_OPTION_H

#include "server/json_spec.h"

/* A value as it came. */
struct option_value {
	enum { VALUE_NUMBER, VALUE_TEXT, VALUE_TRUTH, VALUE_LIST, VALUE_OTHER } type;
	double number; /* of a truth: 0 or 1 */
	bool is_integer;
	const char *text;
	const char *items[SPEC_TAGS_MAX + 1]; /* of a list of texts; one more than allowed, to be seen */
	unsigned n_items;
};

enum { SPEC_OPTIONS_MAX = 32 };

struct spec_reader {
	struct spec *spec;
	struct spec_problems *problems;
	bool is_json;                /* problems have pointers into the body, else names of parameters */
	bool seen[SPEC_OPTIONS_MAX]; /* by number of the option */
	unsigned terms_seen;         /* bits, by number of the term */
};

/* Fills the spec with the defaults and the reader. */
struct spec_reader spec_reader_begin(struct spec *spec, struct spec_problems *problems, bool is_json);

/* An option as it came. */
void spec_reader_take(struct spec_reader *r, const char *name, const struct option_value *v);

/* After the last one: conflicts, defaults that depend on others. -1 with ERR_INVALID when there were problems. */
int spec_reader_end(struct spec_reader *r, struct error *err) WARN_UNUSED;

/* --- term_option.c: what is asked for besides the sound ---------------------------------------------------- */

enum { SPEC_TERMS_N = 6 };
extern const char *const spec_term_names[SPEC_TERMS_N];
/* 0: taken, or complained about; -1: no term has this name. */
int spec_term_take(struct spec_reader *r, const char *name, const struct option_value *v);

void spec_reader_complain(struct spec_reader *r, const char *name, const char *code, const char *message);

#endif
