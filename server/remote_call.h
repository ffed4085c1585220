/* One HTTP request to a server and its answer, for remote.c. */
#ifndef SERVER_REMOTE_CALL_H
#define SERVER_REMOTE_CALL_H

#include <jansson.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/sink.h"
#include "server/curl_library.h"
#include "server/remote.h"

/* A conversation: one connection, used again. */
struct remote_call {
	const struct remote *remote;
	struct job_control *control; /* its cancel ends a transfer; NULL: nothing does */
	CURL *easy;
	/* The last answer. */
	long status; /* 0: there was none */
	struct buf body;
	double retry_after_s; /* < 0: not said */
	char why[CURL_ERROR_SIZE];
	bool was_reached; /* a connection was made */
	/* Where a body goes instead. */
	struct sink *sink;
	struct sha256 digest;
	uint64_t n_received;
	struct error *sink_err;
	bool is_sink_broken;
};

int remote_call_init(struct remote_call *c, const struct remote *remote, struct job_control *control,
		     struct error *err) WARN_UNUSED;
void remote_call_fini(struct remote_call *c);

/* Asks for path, with a JSON body when that is not NULL and under an Idempotency-Key when that is not; "POST" with neither has
 * an empty body. 0 when there was an answer, whatever its status. */
int remote_call_ask(struct remote_call *c, const char *method, const char *path, const char *json,
		    const char *idempotency_key) WARN_UNUSED;

/* GET of a file into the sink, which is not finished. 0 for a whole answer with status 200. -1 with err when the sink failed,
 * else without. */
int remote_call_download(struct remote_call *c, const char *path, struct sink *sink, uint8_t sha256[SHA256_BYTES],
			 struct error *err) WARN_UNUSED;

/* The body of the last answer; NULL when it is no JSON. */
json_t *remote_call_json(const struct remote_call *c);

/* What the last answer, or its absence, means: sets err, lists what is said of the program in diags, gives the status of
 * sysexits.h. */
int remote_call_explain(const struct remote_call *c, struct diag_list *diags, struct error *err);

/* Diagnostics as the API lists them, into the list. */
void remote_take_diags(const json_t *list, struct diag_list *diags);

#endif
