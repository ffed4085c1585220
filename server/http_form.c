/* Bodies of multipart/form-data, by the library's parser. */
#include <string.h>

#include "base/hash.h"
#include "server/http_impl.h"

enum { PARSER_BYTES = 16 * 1024 }; /* boundary, heads of parts and a line of a value must fit */

static uint64_t hash_names(const char *name, const char *filename)
{
	uint64_t seed = filename ? hash64_bytes(1, filename, strlen(filename)) : 0;

	return hash64_bytes(seed, name, strlen(name));
}

/* The library may say that a part begins, with no bytes yet, and then give its first bytes with the same offset. */
static bool is_begin(struct exchange *e, const struct http_part *part)
{
	uint64_t id = hash_names(part->name, part->filename);
	bool begins = part->offset == 0 && !(e->is_part_empty && e->part_id == id);

	e->part_id = id;
	e->is_part_empty = part->offset == 0 && part->n == 0;
	return begins;
}

static enum MHD_Result on_piece(void *ctx, enum MHD_ValueKind kind, const char *name, const char *filename,
				const char *type, const char *coding, const char *data, uint64_t offset, size_t n)
{
	struct exchange *e = ctx;
	struct http_part part = {
		.name = name ? name : "", .filename = filename, .offset = offset, .data = data, .n = n
	};

	(void)kind, (void)type, (void)coding;
	part.is_begin = is_begin(e, &part);
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
