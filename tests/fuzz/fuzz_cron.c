/* Cron lines and the bytes of zone files: whatever they are, the next time is later, and soon found. */
#include <stdlib.h>
#include <string.h>

#include "base/cron.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = memchr(data, '\n', size);
	size_t n = newline ? (size_t)(newline - data) : size;
	char *line = malloc(n + 1);
	struct zone *z = zone_parse(newline ? newline + 1 : data, newline ? size - n - 1 : 0, NULL);
	struct cron c;

	memcpy(line, data, n);
	line[n] = '\0';
	if (!z)
		z = zone_open("UTC", NULL);
	if (cron_parse(line, &c, NULL) == 0 && cron_next(&c, z, 1700000000) <= 1700000000)
		abort();
	free(line);
	zone_free(z);
	return 0;
}
