/* Inside the parser of the mini-notation: its state, and what its three files share. mini_cursor.c reads tokens
 * and complains, mini_step.c reads a step with its modifiers, mini.c reads all that holds steps. */
#ifndef RENDER_PATTERN_MINI_PARSER_H
#define RENDER_PATTERN_MINI_PARSER_H

#include "render/pattern/node.h"

struct mini {
	struct arena *a;
	const char *text;
	size_t len, at;
	uint32_t offset; /* of text[0] in the program */
	struct diag_list *diags;
	unsigned nesting;
	unsigned argument; /* nesting at which an argument of a euclidean rhythm is read; 0: none is */
	int64_t seed;      /* chances counted so far */
	const struct mini_name *names;
};

struct step {
	const struct pattern *p;
	struct rational weight;
};

/* --- Complaints: mini_cursor.c. All return false, so that a rule may return what they return. ------------- */

/* Bytes [start, end) of the text as a place in the program. */
struct span mini_span(const struct mini *m, size_t start, size_t end);

bool mini_fail_memory(struct mini *m);
/* "expected WHAT, found …" at the current place. */
bool mini_fail_expected(struct mini *m, const char *what);
/* The bracket at `open` lacks its other half. */
bool mini_fail_unclosed(struct mini *m, size_t open, char close);
/* The bracket that comes next has no other half before it. */
bool mini_fail_unopened(struct mini *m);
bool mini_fail_size(struct mini *m, size_t start, const char *what, int limit);

/* p as made by a constructor of the text from start to here: false, with a complaint, when that failed, the tree is
 * too deep to query, or a cycle has too many events. */
bool mini_accept(struct mini *m, const struct pattern *p, size_t start);

/* One bracket deeper; the parser recurses nowhere else. After an error nobody minds the count. */
bool mini_enter(struct mini *m);
void mini_leave(struct mini *m);

/* --- Tokens: mini_cursor.c -------------------------------------------------------------------------------- */

void mini_skip_space(struct mini *m);
bool mini_is_at(const struct mini *m, char c);
/* Skips space and takes c if it comes next. */
bool mini_take(struct mini *m, char c);
/* Whether a slice begins at `at`, behind optional space. */
bool mini_is_slice_at(const struct mini *m, size_t at);
/* Whether a dot stands alone here: the separator of feet. */
bool mini_is_at_dot(const struct mini *m);

/* The count that may follow @ _ ! and ? at once. *present tells whether there was one, *out keeps its value if not. */
bool mini_parse_count(struct mini *m, bool *present, struct rational *out);

/* What text[start, end) is the name of; NULL: of nothing. */
const struct mini_name *mini_find_name(const struct mini *m, size_t start, size_t end);

/* How far in time the next chance looks away, so that two in a string draw differently. */
struct rational mini_next_seed_shift(struct mini *m);

/* --- Rules ------------------------------------------------------------------------------------------------ */

/* mini.c: a word or something in brackets; one must begin here (mini_is_slice_at). */
bool mini_parse_slice(struct mini *m, const struct pattern **out);

/* mini_step.c: a slice with its modifiers; one must begin here. */
bool mini_parse_step(struct mini *m, struct step *out);

/* mini_step.c: the slice after a modifier, all of whose atoms must be numbers; what says which it is. */
bool mini_parse_number_slice(struct mini *m, const char *what, const struct pattern **out);

#endif
