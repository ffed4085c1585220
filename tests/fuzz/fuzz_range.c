/* Range and the conditional headers, a line each behind eight bytes of the file's size and one of flags: which of the headers
 * were sent. Ranges that are followed lie in the file; a condition that was not sent decides nothing. */
#include <stdlib.h>
#include <string.h>

#include "server/conditional.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD_BYTES = 9, HEADERS = 6 };

static void check_ranges(const char *value, uint64_t size)
{
	struct byte_range ranges[RANGES_MAX];
	uint64_t total = 0;
	size_t n = RANGES_MAX + 1;
	enum range_result result = range_parse(value, size, ranges, &n);

	if (result == RANGE_FOLLOW ? n == 0 || n > RANGES_MAX : result == RANGE_UNSATISFIABLE && n != 0)
		abort();
	for (size_t i = 0; result == RANGE_FOLLOW && i < n; i++) {
		if (ranges[i].first > ranges[i].last || ranges[i].last >= size)
			abort();
		total += ranges[i].last - ranges[i].first + 1;
	}
	if (result == RANGE_FOLLOW && total > size)
		abort();
}

static void check_conditions(const struct conditions *c)
{
	static const struct validators v = { "\"abc\"", 784111777000 };
	enum condition_result result = conditional_check(c, &v);

	if (result == CONDITION_FAILED && !c->if_match && !c->if_unmodified_since)
		abort();
	if (result == CONDITION_NOT_MODIFIED && !c->if_none_match && !c->if_modified_since)
		abort();
	if (!conditional_range_applies(c, &v) && !c->if_range)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *headers[HEADERS] = { NULL };
	char *text, *rest;
	uint64_t file_bytes;

	if (size < HEAD_BYTES)
		return 0;
	memcpy(&file_bytes, data, sizeof file_bytes);
	rest = text = strndup((const char *)data + HEAD_BYTES, size - HEAD_BYTES);
	for (unsigned i = 0; i < HEADERS && rest; i++) {
		const char *line = strsep(&rest, "\n");
		headers[i] = data[HEAD_BYTES - 1] >> i & 1 ? NULL : line;
	}
	if (headers[0])
		check_ranges(headers[0], file_bytes);
	check_conditions(&(struct conditions){ headers[1], headers[2], headers[3], headers[4], headers[5] });
	free(text);
	return 0;
}
