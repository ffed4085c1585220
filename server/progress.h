/* What `phonond render` shows while it works: on a terminal a bar that a thread redraws ten times a second, elsewhere a plain
 * line every ten seconds, so that a log of a long render tells how far it is and one of a short render stays empty. */
#ifndef SERVER_PROGRESS_H
#define SERVER_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/job_control.h"

struct progress;

/* n files; control_of(ctx, i) is the view into number i, which must outlive the progress. NULL when there is no thread to be
 * had: then nothing is shown. */
struct progress_files {
	size_t n;
	const struct job_control *(*control_of)(const void *ctx, size_t i);
	const void *ctx;
	double sample_rate_hz;
};
struct progress *progress_start(const struct progress_files *files);

/* Between these two standard error is the caller's: the bar is wiped, and no other thread is between them. Any thread; p may
 * be NULL for a caller that is the only one. */
void progress_hold(struct progress *p);
void progress_resume(struct progress *p);

/* Number i has ended, in success or not. Any thread. */
void progress_count(struct progress *p);

/* Wipes the bar, ends the thread, frees. p may be NULL. */
void progress_stop(struct progress *p);

/* How far all of it is, as shown: share from 0 to 1, multiple of real time, seconds to go. */
struct progress_figures {
	double share, pace, eta_s;
};
struct progress_figures progress_measure(const struct progress_files *files, double elapsed_s);

#endif
