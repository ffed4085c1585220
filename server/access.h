/* Who asks, and may they? Decided for each request before its body is read.
 *
 * As long as there are no keys, or with --no-auth, everybody may do everything. From the first key on a request needs
 * `Authorization: Bearer phk_…`, but for the routes that are public. Keys are looked up in the database each time, so
 * `phonond keys` takes effect at once. */
#ifndef SERVER_ACCESS_H
#define SERVER_ACCESS_H

#include "server/app.h"
#include "server/http.h"

/* Of a request, in its arena. */
struct caller {
	char key_id[KEY_ID_SIZE]; /* "": no key */
	char name[KEY_NAME_SIZE];
	unsigned scopes;
	int64_t expires_at_ms;
	struct key_limits limits;
	bool has_link; /* the URL is signed: whoever has it may read this one thing */
};

/* Sets r->caller, or answers with 401, 403 or 429: -1. method and path are those of the route. */
int access_admit(struct app *app, struct http_request *r, const char *method, const char *path) WARN_UNUSED;

/* One more submission of the caller and of its address; access_admit() does so for what is always one. -1: answered. */
int access_count_submission(struct app *app, struct http_request *r) WARN_UNUSED;

/* May the caller see a job of this owner? */
bool access_may_see(const struct http_request *r, const char *owner_key_id);
/* Whose jobs a list shows: NULL for all. */
const char *access_list_owner(const struct http_request *r);

/* 0 when somebody asks for keys here, or nobody else can reach us, or it was waived; else ERR_INVALID. */
int access_check_exposure(const struct app *app, bool is_loopback, struct error *err) WARN_UNUSED;

#endif
