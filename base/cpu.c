/* The quota of a cgroup bounds all below it, so the folders are walked from the process's own one up to the root. In a
 * container the own group is usually the root of the mount; where the path that the kernel tells is one of the host and
 * not there, its folders are passed over on the way up. */
#include "base/cpu.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The first n whole numbers of folder/name; false when there are fewer, as in "max 100000". */
static bool read_numbers(const char *folder, const char *name, long long *numbers, int n)
{
	char *path = NULL;
	int n_read = 0;
	FILE *f;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return false;
	f = fopen(path, "re");
	free(path);
	if (!f)
		return false;
	while (n_read < n && fscanf(f, "%lld", &numbers[n_read]) == 1)
		n_read++;
	fclose(f);
	return n_read == n;
}

/* Of one folder; 0: none. */
static unsigned folder_quota(const char *folder, bool is_v2)
{
	long long n[2] = { -1, 0 }; /* quota and period in microseconds */
	long long cores;

	if (is_v2 ? !read_numbers(folder, "cpu.max", n, 2)
		  : !read_numbers(folder, "cpu.cfs_quota_us", &n[0], 1) ||
			    !read_numbers(folder, "cpu.cfs_period_us", &n[1], 1))
		return 0;
	if (n[0] <= 0 || n[1] <= 0)
		return 0;
	cores = n[0] / n[1] + (n[0] % n[1] > 0);
	return cores < CPU_SETSIZE ? (unsigned)cores : 0;
}

static unsigned least(unsigned a, unsigned b)
{
	return b == 0 || (a > 0 && a < b) ? a : b;
}

/* Of mount/path and every folder above it up to mount. */
static unsigned branch_quota(const char *mount, const char *path, bool is_v2)
{
	unsigned quota = 0;
	char *folder = NULL, *cut;

	if (asprintf(&folder, "%s%s", mount, path) < 0)
		return 0;
	for (;;) {
		quota = least(quota, folder_quota(folder, is_v2));
		cut = strrchr(folder, '/');
		if (!cut || (size_t)(cut - folder) < strlen(mount))
			break;
		*cut = '\0';
	}
	free(folder);
	return quota;
}

static bool has_cpu_controller(const char *controllers)
{
	size_t len = strlen("cpu");

	for (const char *at = controllers; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (strncmp(at, "cpu", len) == 0 && (at[len] == '\0' || at[len] == ','))
			return true;
	return false;
}

/* A line "ID:CONTROLLERS:PATH": of version 2 when there are no controllers, else version 1, mounted under their names. */
static unsigned line_quota(const char *root, char *line)
{
	char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
	char *mount = NULL;
	unsigned quota;

	if (!path)
		return 0;
	*path++ = '\0';
	controllers++;
	path[strcspn(path, "\n")] = '\0';
	if (controllers[0] == '\0')
		return branch_quota(root, path, true);
	if (!has_cpu_controller(controllers) || asprintf(&mount, "%s/%s", root, controllers) < 0)
		return 0;
	quota = branch_quota(mount, path, false);
	free(mount);
	return quota;
}

unsigned cpu_quota_count(const char *root, const char *membership)
{
	unsigned quota = 0;
	char *line = NULL;
	size_t size = 0;
	FILE *f = fopen(membership, "re");

	if (!f)
		return branch_quota(root, "", true);
	while (getline(&line, &size, f) >= 0)
		quota = least(quota, line_quota(root, line));
	free(line);
	fclose(f);
	return quota;
}

unsigned cpu_allowed_count(void)
{
	unsigned cores = least(affinity_count(), cpu_quota_count("/sys/fs/cgroup", "/proc/self/cgroup"));

	return cores ? cores : 1;
}
