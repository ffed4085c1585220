/* A main() for a fuzz target under AFL++, for afl-clang-fast: one process runs many inputs, each given in shared memory. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { RUNS_OF_A_PROCESS = 10000 };

__AFL_FUZZ_INIT();

int main(void)
{
	__AFL_INIT();
	const uint8_t *shared = __AFL_FUZZ_TESTCASE_BUF;

	while (__AFL_LOOP(RUNS_OF_A_PROCESS)) {
		size_t size = (size_t)__AFL_FUZZ_TESTCASE_LEN;
		/* A copy of the exact size: reading past the end is seen by the sanitizer. */
		uint8_t *data = malloc(size ? size : 1);
		memcpy(data, shared, size);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return 0;
}
