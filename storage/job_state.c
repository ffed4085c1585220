/* Names and transitions of job states; the drawing is in storage.h. */
#include <string.h>

#include "storage/storage.h"

static const char *const names[JOB_STATE_COUNT] = {
	[JOB_SCHEDULED] = "scheduled",   [JOB_QUEUED] = "queued",       [JOB_RUNNING] = "running",
	[JOB_FINALIZING] = "finalizing", [JOB_SUCCEEDED] = "succeeded", [JOB_FAILED] = "failed",
	[JOB_CANCELED] = "canceled",     [JOB_EXPIRED] = "expired",
};

#define TO(state) (1u << (state))

static const unsigned next_states[JOB_STATE_COUNT] = {
	[JOB_SCHEDULED] = TO(JOB_QUEUED) | TO(JOB_CANCELED) | TO(JOB_EXPIRED),
	[JOB_QUEUED] = TO(JOB_RUNNING) | TO(JOB_FAILED) | TO(JOB_CANCELED) | TO(JOB_EXPIRED),
	[JOB_RUNNING] = TO(JOB_FINALIZING) | TO(JOB_QUEUED) | TO(JOB_SCHEDULED) | TO(JOB_FAILED) | TO(JOB_CANCELED) |
			TO(JOB_EXPIRED),
	[JOB_FINALIZING] = TO(JOB_SUCCEEDED) | TO(JOB_QUEUED) | TO(JOB_SCHEDULED) | TO(JOB_FAILED) | TO(JOB_CANCELED) |
			   TO(JOB_EXPIRED),
};

const char *job_state_name(enum job_state s)
{
	return (unsigned)s < JOB_STATE_COUNT ? names[s] : "unknown";
}

int job_state_find(const char *name)
{
	for (int i = 0; i < JOB_STATE_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool job_state_is_terminal(enum job_state s)
{
	return next_states[s] == 0;
}

bool job_state_may_become(enum job_state from, enum job_state to)
{
	return (next_states[from] & TO(to)) != 0;
}
