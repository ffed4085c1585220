/* Inputs of fuzz targets as lines of text, so that a corpus is one file that a person can read: \\, \n and \xHH stand for bytes
 * that a line cannot have. Failures end the process. */
#ifndef TESTS_FUZZ_SEED_TEXT_H
#define TESTS_FUZZ_SEED_TEXT_H

#include <stddef.h>

/* In place; returns the length that remains. */
size_t seed_unescape(char *line, size_t n);
/* To stdout, with the newline. */
void seed_print(const char *data, size_t n);
/* malloc'd. */
char *seed_read_file(const char *path, size_t *len);

#endif
