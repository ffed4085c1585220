/* What of the machine this process may use. Any thread. */
#ifndef BASE_CPU_H
#define BASE_CPU_H

/* Cores that the affinity mask and the cgroup's CPU quota (cpu.max of cgroup v2, cpu.cfs_quota_us of v1,
 * rounded up) allow together: at least 1. */
unsigned cpu_allowed_count(void);

#endif
