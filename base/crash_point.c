#include "base/crash_point.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char *const names[CRASH_POINT_COUNT] = {
#define CRASH_POINT_DEF(name) #name,
#include "base/crash_points.def"
#undef CRASH_POINT_DEF
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static enum crash_point wanted = CRASH_POINT_COUNT; /* none */
static _Atomic long n_left;                         /* times to come there; relaxed */

const char *crash_point_name(enum crash_point point)
{
	return names[point];
}

/* A name that nobody knows would make a test pass that tests nothing. */
static void read_wanted(void)
{
	const char *text = getenv("PHONOND_CRASH_POINT");
	size_t len = text ? strcspn(text, ":") : 0;

	if (!text)
		return;
	for (int i = 0; i < CRASH_POINT_COUNT; i++)
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
			wanted = (enum crash_point)i;
	if (wanted == CRASH_POINT_COUNT) {
		fprintf(stderr, "phonond: there is no crash point '%s'\n", text);
		_exit(EX_USAGE);
	}
	atomic_store_explicit(&n_left, text[len] ? strtol(text + len + 1, NULL, 10) : 1, memory_order_relaxed);
}

void crash_point_reach(enum crash_point point)
{
	pthread_once(&once, read_wanted);
	if (point != wanted || atomic_fetch_sub_explicit(&n_left, 1, memory_order_relaxed) != 1)
		return;
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}
