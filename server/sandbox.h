/* Gives up everything that a process does not need to turn the bytes of one descriptor into those of another. */
#ifndef SERVER_SANDBOX_H
#define SERVER_SANDBOX_H

#include "base/error.h"

/* From here on the process has descriptors 0, 1 and 2 and no others, may read, write, seek and take memory, and is killed by
 * SIGSYS for any other call of the kernel; it has 10 s of CPU time, 256 MiB of memory, and files end at 65 MiB. For a
 * process of one thread. ERR_UNSUPPORTED where the kernel does not offer that; then nothing hostile may be looked at. */
int sandbox_enter(struct error *err) WARN_UNUSED;

#endif
