/* The body of a request to render: whatever is refused is refused with a place or a list of problems; what is taken is
 * something that the renderer takes, and its options survive being stored. */
#include <stdlib.h>
#include <string.h>

#include "server/json_spec.h"
#include "server/url.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 16 << 20 };

static void check_problems(const struct spec_problems *l)
{
	if (l->n > SPEC_PROBLEMS_MAX)
		abort();
	for (size_t i = 0; i < l->n; i++)
		if (!l->items[i].code || !l->items[i].message[0] ||
		    !text_is_utf8(l->items[i].pointer, strlen(l->items[i].pointer)))
			abort();
}

static void check_refusal(const struct spec_problems *l, const struct json_place *place, size_t size,
			  const struct error *err)
{
	bool has_place = place->line > 0 && place->column > 0 && place->offset <= size;

	if (err->code != ERR_INVALID || !err->message[0] || (l->n == 0 && place->line > 0 && !has_place))
		abort();
	check_problems(l);
}

/* What is stored is read back as it was. */
static void check_options(const struct spec *spec)
{
	char *stored = spec_print_options(spec), *again;
	struct error err = ERROR_INIT;
	struct spec back;

	if (!stored || render_spec_check(&spec->render, &err) < 0 || spec_parse_options(stored, &back, &err) < 0)
		abort();
	again = spec_print_options(&back);
	if (!again || strcmp(stored, again) != 0)
		abort();
	free(again);
	free(stored);
}

static void check_body(const char *text, size_t size)
{
	struct spec_problems problems;
	struct json_place place;
	struct error err = ERROR_INIT;
	struct spec spec;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	if (spec_parse_json(&a, text, size, &spec, &problems, &place, &err) < 0)
		check_refusal(&problems, &place, size, &err);
	else
		check_options(&spec);
	arena_fini(&a);
}

static void check_line(const char *text, size_t size)
{
	char custom_id[SPEC_TAG_BYTES_MAX + 1];
	struct spec_problems problems;
	struct json_place place;
	struct error err = ERROR_INIT;
	struct spec spec;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	if (spec_parse_line(&a, text, size, &spec, custom_id, &problems, &place, &err) < 0)
		check_refusal(&problems, &place, size, &err);
	else
		check_options(&spec);
	arena_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_body((const char *)data, size);
	check_line((const char *)data, size);
	return 0;
}
