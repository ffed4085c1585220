/* A progress line on a terminal while render_run() works: a thread that looks at the job's control ten times a second. */
#ifndef SERVER_PROGRESS_H
#define SERVER_PROGRESS_H

#include "render/render.h"

struct progress;

/* NULL when standard error is no terminal, or when there is no thread to be had: then nothing is shown. control must
 * outlive it. */
struct progress *progress_start(const struct job_control *control, uint32_t sample_rate_hz);

/* Wipes the line, ends the thread, frees. p may be NULL. */
void progress_stop(struct progress *p);

#endif
