/* GET /jobs/{id}/audio?live=1: the file of a job that has not ended, while it is rendered. */
#include <string.h>

#include "server/api.h"
#include "server/audio_type.h"
#include "server/live.h"
#include "server/problem.h"

int api_wants_live(struct http_request *r)
{
	const char *value = http_query(r, "live");

	if (!value || strcmp(value, "0") == 0 || strcmp(value, "false") == 0)
		return 0;
	if (strcmp(value, "1") == 0 || strcmp(value, "true") == 0)
		return 1;
	problem_reply(r, PROBLEM_INVALID, "'live' must be 0 or 1");
	return -1;
}

/* The length is not known to HTTP, so there are no ranges; a player that asks for `bytes=0-` takes a 200 as well. */
static void add_headers(struct http_request *r)
{
	http_add_header(r, "Cache-Control", "no-store");
	http_add_header(r, "Accept-Ranges", "none");
	http_add_header(r, "X-Accel-Buffering", "no"); /* nginx would hold the sound back */
}

void api_live(struct app *app, struct http_request *r, const struct job *job)
{
	enum audio_format format = api_format_of(job);
	struct error err = ERROR_INIT;

	if (audio_type_quality(http_header(r, "Accept"), format) == 0) {
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE, "this file is %s", audio_format_media_type(format));
		return;
	}
	add_headers(r);
	if (live_reply(app->live, app->queue, r, job, audio_format_media_type(format), &err) < 0)
		problem_reply_error(r, &err);
}
