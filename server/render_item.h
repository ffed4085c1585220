/* One program of `phonond render` or `phonond watch`: from its text to its files, in this process or at a server. What went
 * wrong is kept, not printed: items are rendered by several threads, and one at a time speaks (render_report.h). */
#ifndef SERVER_RENDER_ITEM_H
#define SERVER_RENDER_ITEM_H

#include "server/render_args.h"

struct render_item {
	const char *in;
	char *out, *stems_dir; /* malloc'd; stems_dir NULL: no stems */
	struct job_control control;
	/* What render_item_run() leaves. */
	int status; /* by sysexits.h */
	char *source;
	size_t source_len;
	struct diag_list diags;
	struct error err;
	struct render_result result; /* of status EX_OK */
};

/* Fills a zeroed item. out and stems_dir (which may be NULL) are copied. -1: out of memory; free the item all the same. */
int render_item_init(struct render_item *item, const char *in, const char *out, const char *stems_dir) WARN_UNUSED;
void render_item_fini(struct render_item *item);

/* Renders. engine is NULL when args name a server. Again and again, for one that is watched. Any thread. */
void render_item_run(struct render_item *item, const struct render_args *args, struct render_engine *engine);

/* Frees the program, which may be many. */
void render_item_forget(struct render_item *item);

#endif
