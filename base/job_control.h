/* The view into a running job that its runner and whoever watches it share: progress out, cancellation in. The queue
 * makes one per running job and the renderer writes to it; neither needs to know the other.
 *
 * Zero-initialise. All accesses are relaxed: no other data hang on these numbers. Any thread. */
#ifndef BASE_JOB_CONTROL_H
#define BASE_JOB_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct job_control {
	_Atomic uint64_t frames_done; /* only grows */
	_Atomic uint64_t frames_total;
	_Atomic uint64_t resumed_from_frame; /* frames that an earlier attempt had done; 0: it starts afresh */
	_Atomic bool cancel;                 /* set by anyone, never cleared; seen within one block */
	/* As cancel, but not before the job has left a checkpoint, when it is one that keeps any. */
	_Atomic bool suspend;
};

#endif
