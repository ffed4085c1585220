/* Short programs that ask for enormous work: for the test that they are refused, and for the bench that times it. */
#ifndef TESTS_LIB_BLOWUP_H
#define TESTS_LIB_BLOWUP_H

#include <stddef.h>

/* The program is head, n times open, middle, n times close, tail. In open and close %i is the number of the repetition,
 * from 1, and %p the number before it. */
struct blowup {
	const char *name;
	const char *code;  /* of the diagnostic that refuses it; NULL: it is accepted, and cheap */
	const char *where; /* the text that the diagnostic points at begins so; NULL: any place but none */
	const char *head, *open;
	unsigned n;
	const char *middle, *close, *tail;
};

extern const struct blowup blowups[];
extern const size_t n_blowups;

/* The text, malloc'd. */
char *blowup_text(const struct blowup *b, size_t *len);

#endif
