/* The language's functions and transforms, for editors and references. */
#include <math.h>

#include "server/api.h"

/* A number that JSON shows without a fraction where it has none. */
static json_t *json_figure(double x)
{
	return x == floor(x) && fabs(x) < 1e15 ? json_integer((json_int_t)x) : json_real(x);
}

static json_t *json_names(const char *const *names)
{
	json_t *list = json_array();

	for (; list && names && *names; names++)
		json_array_append_new(list, json_string(*names));
	return list;
}

static json_t *json_param(const struct render_param *p)
{
	json_t *j =
		json_pack("{s:s, s:s, s:s, s:b, s:s}", "name", p->name, "argument", render_argument_name(p->argument),
			  "unit", p->unit, "optional", p->is_optional, "doc", p->doc ? p->doc : "");

	if (j && p->is_optional)
		json_object_set_new(j, "default", json_figure(p->def));
	if (j && p->min < p->max) {
		json_object_set_new(j, "minimum", json_figure(p->min));
		json_object_set_new(j, "maximum", json_figure(p->max));
	}
	if (j && p->words)
		json_object_set_new(j, "words", json_names(p->words));
	return j;
}

static json_t *json_entry(const struct render_entry *e)
{
	json_t *params = json_array();

	for (unsigned i = 0; i < e->n_params; i++)
		json_array_append_new(params, json_param(&e->params[i]));
	return json_pack("{s:s, s:s, s:o, s:s, s:s*, s:s, s:o}", "name", e->name, "kind",
			 render_entry_kind_name(e->kind), "aliases", json_names(e->aliases), "doc", e->doc, "reference",
			 e->reference, "example", e->example, "parameters", params);
}

void api_nodes(void *ctx, struct http_request *r)
{
	json_t *nodes = json_array();

	(void)ctx;
	for (size_t i = 0; nodes && i < render_catalogue_len(); i++) {
		struct render_entry e;

		render_catalogue_entry(i, &e);
		json_array_append_new(nodes, json_entry(&e));
	}
	http_add_header(r, "Cache-Control", "public, max-age=3600");
	api_reply_json(r, 200, json_pack("{s:o}", "nodes", nodes));
}
