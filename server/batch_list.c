/* GET /batches: pages of batches, newest first, as api_list.c has them of jobs. */
#include <stdlib.h>
#include <string.h>

#include "server/access.h"
#include "server/api.h"
#include "server/cursor.h"
#include "server/problem.h"

enum { LIST_DEFAULT = 20 };

/* A filter with the text that it points to. */
struct list {
	struct batch_filter filter;
	char after[JOB_ID_SIZE];
};

/* -1: answered. */
static int read_parameter(struct app *app, struct http_request *r, const struct http_pair *p, struct list *l)
{
	char *end;
	unsigned long n = strtoul(p->value, &end, 10);

	if (strcmp(p->name, "after") == 0) {
		l->filter.after_id = l->after;
		if (cursor_parse(storage_link_secret(app->storage), "batches", l->filter.key_id, p->value, l->after) ==
		    0)
			return 0;
		problem_reply(r, PROBLEM_BAD_REQUEST,
			      "'after' is no cursor of this list; take it from 'next' of the page before");
	} else if (strcmp(p->name, "limit") == 0) {
		l->filter.limit = (unsigned)n;
		if (*p->value >= '0' && *p->value <= '9' && !*end && n >= 1 && n <= BATCHES_MAX)
			return 0;
		problem_reply(r, PROBLEM_INVALID, "'limit' must be 1..%d", BATCHES_MAX);
	} else {
		problem_reply(r, PROBLEM_INVALID, "the parameters of a list of batches are limit and after");
	}
	return -1;
}

static void reply_list(struct app *app, struct http_request *r, const struct list *l, const struct batch *batches,
		       int n, bool has_more)
{
	json_t *list = json_array();
	char cursor[CURSOR_SIZE];
	const char *next = NULL;

	for (int i = 0; i < n; i++)
		json_array_append_new(list, batch_json(&batches[i]));
	if (has_more)
		next = cursor_next_url(r, "/batches",
				       cursor_print(storage_link_secret(app->storage), "batches", l->filter.key_id,
						    batches[n - 1].id, cursor));
	if (next)
		http_add_header(r, "Link", "<%s>; rel=\"next\"", next);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200, json_pack("{s:o, s:b, s:s?}", "batches", list, "has_more", has_more, "next", next));
}

void api_batches_list(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct list l = { .filter = { .key_id = access_list_owner(r), .limit = LIST_DEFAULT } };
	struct batch batches[BATCHES_MAX];
	struct error err = ERROR_INIT;
	bool has_more;
	int n;

	for (size_t i = 0; i < r->n_query; i++)
		if (read_parameter(app, r, &r->query[i], &l) < 0)
			return;
	n = storage_batch_list(app->storage, &l.filter, batches, &has_more, &err);
	if (n < 0)
		problem_reply_error(r, &err);
	else
		reply_list(app, r, &l, batches, n, has_more);
}
