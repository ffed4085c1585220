/* Bodies of multipart/form-data, by the library's parser. */
#include <string.h>

#include "server/http_impl.h"

enum { PARSER_BYTES = 16 * 1024 }; /* boundary, heads of parts and a line of a value must fit */

static enum MHD_Result on_piece(void *ctx, enum MHD_ValueKind kind, const char *name, const char *filename,
				const char *type, const char *coding, const char *data, uint64_t offset, size_t n)
{
	struct exchange *e = ctx;
	struct http_part part = {
		.name = name ? name : "", .filename = filename, .offset = offset, .data = data, .n = n
	};

	(void)kind, (void)type, (void)coding;
	e->take_part(e->server->config.app.ctx, &e->request, &part);
	return e->status ? MHD_NO : MHD_YES;
}

static void take_body(void *ctx, struct http_request *r, const char *data, size_t n)
{
	struct exchange *e = exchange_of(r);

	(void)ctx;
	if (!e->is_form_broken && MHD_post_process(e->form, data, n) != MHD_YES)
		e->is_form_broken = true;
}

int http_read_form(struct http_request *r, http_take_part take)
{
	struct exchange *e = exchange_of(r);

	e->form = MHD_create_post_processor(e->connection, PARSER_BYTES, on_piece, e);
	e->take_part = take;
	r->take_body = take_body;
	return e->form ? 0 : -1;
}

bool http_form_is_whole(struct http_request *r)
{
	struct exchange *e = exchange_of(r);
	bool is_ended = e->form && MHD_destroy_post_processor(e->form) == MHD_YES;

	e->form = NULL;
	return is_ended && !e->is_form_broken;
}
