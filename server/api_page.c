/* The page at / and its assets, which are part of the program. Nothing comes from elsewhere and nothing runs inline, so
 * the content security policy can be as strict as they come. */
#include <stdio.h>
#include <string.h>

#include "server/api.h"
#include "server/conditional.h"
#include "server/negotiation.h"
#include "server/page_data.h"
#include "server/problem.h"

#define CONTENT_POLICY                                                                                                 \
	"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "                                 \
	"frame-ancestors 'none'"

static const struct page_file *find_file(const char *path)
{
	for (size_t i = 0; i < page_files_len; i++)
		if (strcmp(page_files[i].path, path) == 0)
			return &page_files[i];
	return NULL;
}

static void add_headers(struct http_request *r, const struct page_file *file, const char *etag)
{
	http_add_header(r, "ETag", "%s", etag);
	http_add_header(r, "Vary", "Accept-Encoding");
	http_add_header(r, "Cache-Control", "%s",
			file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
	http_add_header(r, "Content-Security-Policy", CONTENT_POLICY);
	http_add_header(r, "Referrer-Policy", "no-referrer");
}

/* Two representations of a file have two tags (RFC 9110 8.8.3.3). */
static const char *make_etag(struct http_request *r, const struct page_file *file, bool is_gzip)
{
	size_t len = strlen(file->tag) + sizeof "\"-gzip\"";
	char *etag = arena_alloc(&r->arena, len);

	if (etag)
		snprintf(etag, len, "\"%s%s\"", file->tag, is_gzip ? "-gzip" : "");
	return etag;
}

void api_page(void *ctx, struct http_request *r)
{
	const struct page_file *file = find_file(r->path);
	const char *coding = http_header(r, "Accept-Encoding");
	bool is_gzip = coding && negotiation_quality(coding, "gzip") > 0;
	struct conditions c = { .if_none_match = http_header(r, "If-None-Match") };
	struct validators v;

	(void)ctx;
	if (!file) {
		problem_reply(r, PROBLEM_NOT_FOUND,
			      page_files_len ? "the page has no such file" : "this program was built without the page");
		return;
	}
	v = (struct validators){ .etag = make_etag(r, file, is_gzip) };
	if (!v.etag) {
		problem_reply(r, PROBLEM_INTERNAL, "out of memory");
		return;
	}
	add_headers(r, file, v.etag);
	if (conditional_check(&c, &v) == CONDITION_NOT_MODIFIED) {
		http_reply(r, 304, NULL, NULL, 0);
		return;
	}
	if (is_gzip)
		http_add_header(r, "Content-Encoding", "gzip");
	const struct page_bytes *body = is_gzip ? &file->gzip : &file->plain;
	http_reply_static(r, 200, file->type, body->data, body->len);
}
