/* What a fuzz target is: libFuzzer's entry, one per parser of ours that untrusted bytes reach. `make fuzz` runs them under
 * clang with coverage; replay.c gives each a main() for every compiler, so `make check` runs them too. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
