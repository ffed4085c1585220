/* Rendering at a phonond server, over HTTP: submits a program, follows the job, downloads what became of it. For the command
 * line; libcurl. */
#ifndef SERVER_REMOTE_H
#define SERVER_REMOTE_H

#include "render/render.h"

struct remote {
	const char *url; /* "http://host:8080", with or without a slash at the end */
	const char *key; /* NULL: $PHONOND_API_KEY, if that is set */
};

/* Before other threads start, and after they have ended. -1 with err when there is no libcurl. */
int remote_init(struct error *err) WARN_UNUSED;
void remote_fini(void);

/* As render_run_files(), for the same spec at a server: control is kept up to date, a cancel cancels the job, the digest of
 * each file is compared. diags gets what the server says about the program. EX_OK, or a status by sysexits.h with err: 64 an
 * option that it does not take, 65 errors in the program, 69 no server there, 75 it is busy, 77 the key does not allow it.
 * Any thread. */
int remote_render(const struct remote *remote, const struct render_spec *spec, struct job_control *control,
		  const struct render_files *files, struct diag_list *diags, struct render_result *result,
		  struct error *err) WARN_UNUSED;

#endif
