/* Listening to a file while it is rendered.
 *
 * What a listener gets are the bytes that the finished file will have, from its start, as soon as they are written: the head
 * of a file is known before its first sample (render/io/file_head.h), and a file is written front to back. So nothing has to
 * be said about lengths that are not known yet, and a job that is begun anew, by another attempt or in another process, goes on where
 * its listeners stand: promise 1.
 *
 *   runner   live_open -> live_note ... -> live_end      a source: the file being written, named by its content
 *   client   live_reply                                  a listener: waits for a source of its job's content, then for bytes
 *
 * A listener holds no thread: its connection is suspended until its source has more or its job has ended. It reads the file through
 * the source's descriptor, at its own pace; a slow one costs nobody anything, and the file stays readable through that
 * descriptor when it has got its name, or lost it. The stream ends well only behind the last byte of a file that is
 * whole, when the job has ended too; every other end cuts the connection, so that nobody takes a part for the whole.
 *
 * A suspended connection does not notice that its client has left. One thread looks twice a second, while there are listeners.
 * Lock: live.lock (rank 16). */
#ifndef SERVER_LIVE_H
#define SERVER_LIVE_H

#include "base/hash.h"
#include "queue/queue.h"
#include "server/http.h"
#include "storage/storage.h"

struct live_hub;
struct live_source;

struct live_hub *live_start(struct storage *storage, struct error *err) WARN_UNUSED;
/* Ends the thread. Sources may still come and go. */
void live_stop(struct live_hub *h);
/* No source and no listener is left. */
void live_free(struct live_hub *h);

/* --- The runner's side: one thread at a time --------------------------------------------------------------- */

/* A file begins. Takes fd, which reads it. NULL: nobody can listen to it. */
struct live_source *live_open(struct live_hub *h, const uint8_t content_hash[SHA256_BYTES], int fd);
/* Does anybody listen? */
bool live_is_heard(const struct live_source *s);
/* So many bytes from the start can be read. */
void live_note(struct live_source *s, uint64_t n_bytes);
/* The file is whole and has n_bytes, or comes to nothing. The source is gone for the caller. */
void live_end(struct live_source *s, uint64_t n_bytes, bool is_whole);

/* --- The client's side ------------------------------------------------------------------------------------- */

/* Answers r with the file of a job that has not ended, as it comes. ERR_QUOTA: the key has as many streams as it may. */
int live_reply(struct live_hub *h, struct queue *queue, struct http_request *r, const struct job *job, const char *type,
	       struct error *err) WARN_UNUSED;

/* How many listeners there are, for /metrics. */
unsigned live_count(struct live_hub *h);

#endif
