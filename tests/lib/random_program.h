/* Programs made of the catalogue by chance: any function may feed any other, through arguments, chains, buses and
 * feedback. The bytes are the choices, so a fuzzer that changes bytes changes programs, and equal bytes give equal
 * programs. Most of them compile; some do not, for reasons that only the checker knows. */
#ifndef TESTS_LIB_RANDOM_PROGRAM_H
#define TESTS_LIB_RANDOM_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends a program to out. -1 when out is full. */
int random_program(const uint8_t *bytes, size_t n_bytes, struct buf *out) WARN_UNUSED;

#endif
