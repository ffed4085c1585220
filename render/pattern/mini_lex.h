/* Characters, numbers and names of the mini-notation. Used by mini.c only. */
#ifndef RENDER_PATTERN_MINI_LEX_H
#define RENDER_PATTERN_MINI_LEX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the white space at text: blank, tab, line ends, no-break space. 0 when there is none. */
size_t mini_space_len(const char *text, size_t len);

/* Bytes of the word at text: letters of any script, digits and ~ - # . ^ _, and ' after the first.
 * 0 when there is none. A single "." or "_" is no word. */
size_t mini_word_len(const char *text, size_t len);

/* Bytes of the UTF-8 character at text, at least 1 for len > 0, also for a malformed one. */
size_t mini_char_len(const char *text, size_t len);

/* Bytes of the number that may follow @ ! and ?: -12.5e3, without leading zeros or point. */
size_t mini_count_len(const char *text, size_t len);

/* Whether the word is a number: decimal, or 0x 0o 0b. False as well when it does not fit a double. */
bool mini_word_is_number(const char *word, size_t len, double *out);

#endif
