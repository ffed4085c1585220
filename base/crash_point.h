/* Crash points: named places (crash_points.def) at which a build with --enable-crash-points kills itself when it is asked to.
 *
 *   PHONOND_CRASH_POINT=name[:n]   at the n-th time that any thread is there; n is 1 unless given
 *
 * The kill is SIGKILL: nothing is flushed, closed or unlocked by the process. In other builds a point is nothing at all. */
#ifndef BASE_CRASH_POINT_H
#define BASE_CRASH_POINT_H

#ifdef PHONOND_CRASH_POINTS

enum crash_point {
#define CRASH_POINT_DEF(name) CRASH_##name,
#include "base/crash_points.def"
#undef CRASH_POINT_DEF
	CRASH_POINT_COUNT
};

/* Any thread; async-signal-safe it is not. */
void crash_point_reach(enum crash_point point);
const char *crash_point_name(enum crash_point point);

#define CRASH_POINT(name) crash_point_reach(CRASH_##name)

#else

#define CRASH_POINT(name) ((void)0)

#endif

#endif
