/* Decodes uploaded samples in processes of their own: `phonond decode-sample`, which enters a sandbox (sandbox.h) before it
 * looks at a byte. Whatever becomes of such a process, this one goes on. Any thread but those of the HTTP library: it
 * waits for the process. */
#ifndef SERVER_SAMPLE_DECODER_H
#define SERVER_SAMPLE_DECODER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "storage/storage.h"

/* Decodes an upload that has ended and fills its facts. ERR_CORRUPT: it is no sample, or its decoder ended badly; the message
 * says what was found. ERR_TOO_LARGE, ERR_UNSUPPORTED: no sandbox here. ERR_CANCELED: *stop was set. */
int sample_decoder_run(struct sample_upload *u, const _Atomic bool *stop, struct error *err) WARN_UNUSED;

#endif
