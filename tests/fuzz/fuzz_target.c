/* Request targets, and the options in their query: a path that is taken is harmless, what is decoded can be encoded again, and
 * options that are taken are the same in a stored job. */
#include <stdlib.h>
#include <string.h>

#include "server/json_spec.h"
#include "server/url.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 1 << 20 };

static void check_path(const char *path)
{
	if (strcmp(path, "*") == 0)
		return;
	if (*path != '/' || !text_is_utf8(path, strlen(path)))
		abort();
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f)
			abort();
}

/* The value, encoded, as the only parameter of another target. */
static void check_value(const char *value)
{
	struct http_request r = { .target = NULL };
	struct error err = ERROR_INIT;
	struct buf target = BUF_INIT;

	arena_init(&r.arena, ARENA_BYTES);
	if (buf_printf(&target, "/?v=") < 0 || url_encode(&target, value) < 0)
		abort();
	r.target = target.data;
	if (url_parse_target(&r, &err) < 0 || r.n_query != 1 || strcmp(r.query[0].value, value) != 0)
		abort();
	buf_fini(&target);
	arena_fini(&r.arena);
}

static void check_options(const struct http_request *r)
{
	static const char *const ignored[] = { "source", NULL };
	struct spec_problems problems;
	struct error err = ERROR_INIT;
	struct spec spec, back;
	char *stored;

	if (spec_parse_query(r->query, r->n_query, ignored, &spec, &problems, &err) < 0) {
		if (problems.n == 0 || problems.n > SPEC_PROBLEMS_MAX || err.code != ERR_INVALID)
			abort();
		return;
	}
	stored = spec_print_options(&spec);
	if (!stored || spec_parse_options(stored, &back, &err) < 0)
		abort();
	free(stored);
}

static void check(const char *target)
{
	struct http_request r = { .target = target };
	struct error err = ERROR_INIT;

	arena_init(&r.arena, ARENA_BYTES);
	if (url_parse_target(&r, &err) < 0) {
		if (err.code != ERR_INVALID || !err.message[0])
			abort();
	} else {
		check_path(r.path);
		for (size_t i = 0; i < r.n_query; i++)
			check_value(r.query[i].value);
		check_options(&r);
	}
	arena_fini(&r.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *target = malloc(size + 1);

	memcpy(target, data, size);
	target[size] = '\0';
	check(target);
	free(target);
	return 0;
}
