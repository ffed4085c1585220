/* How many cores this process may use. */
#ifndef BASE_CPU_H
#define BASE_CPU_H

/* Affinity mask and CPU quota of the cgroups, at least 1. Read anew at each call. */
unsigned cpu_allowed_count(void);

/* The least quota, in whole cores rounded up, of the cgroups that a process belongs to and of all above them; 0: there is
 * none. root is where the cgroups are mounted, membership a file like /proc/self/cgroup. Version 2 (cpu.max) and version 1
 * (cpu.cfs_quota_us), also both at once. What is not there, or cannot be read, sets no limit. */
unsigned cpu_quota_count(const char *root, const char *membership);

#endif
