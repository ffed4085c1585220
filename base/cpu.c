#include "base/cpu.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned affinity_count(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		return (unsigned)CPU_COUNT(&set);
	long n = sysconf(_SC_NPROCESSORS_ONLN); /* more than CPU_SETSIZE cores */
	return n > 0 ? (unsigned)n : 1;
}

/* Quota over period, rounded up; 0 where there is none. Inside a container the own group is the root of the mount. */
static unsigned quota_count(void)
{
	long long quota = -1, period = 0;
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");

	if (f) {
		if (fscanf(f, "%lld %lld", &quota, &period) != 2)
			quota = -1; /* "max 100000" */
		fclose(f);
	} else if ((f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "re"))) {
		if (fscanf(f, "%lld", &quota) != 1)
			quota = -1;
		fclose(f);
		if ((f = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "re"))) {
			if (fscanf(f, "%lld", &period) != 1)
				period = 0;
			fclose(f);
		}
	}
	if (quota <= 0 || period <= 0)
		return 0;
	return (unsigned)((quota + period - 1) / period);
}

unsigned cpu_allowed_count(void)
{
	unsigned cores = affinity_count(), quota = quota_count();
	if (quota && quota < cores)
		cores = quota;
	return cores ? cores : 1;
}
