/* GET /examples: programs to begin with. */
#include <string.h>

#include "server/api.h"
#include "server/examples_data.h"

/* What the comment in the first line says; without one, the name. */
static json_t *json_title(const struct example *e)
{
	const char *s = e->source, *end = memchr(s, '\n', e->source_len);

	if (!end || strncmp(s, "-- ", 3) != 0)
		return json_string(e->name);
	return json_stringn(s + 3, (size_t)(end - s - 3));
}

void api_examples(void *ctx, struct http_request *r)
{
	json_t *list = json_array();

	(void)ctx;
	for (size_t i = 0; list && i < examples_len; i++) {
		const struct example *e = &examples[i];
		json_array_append_new(list, json_pack("{s:s, s:o, s:s%}", "name", e->name, "title", json_title(e),
						      "source", e->source, e->source_len));
	}
	http_add_header(r, "Cache-Control", "public, max-age=3600");
	api_reply_json(r, 200, json_pack("{s:o}", "examples", list));
}
