#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CPU_MAX_S = 10 };

#define FILE_BYTES_MAX ((rlim_t)65 << 20)
#define DATA_BYTES_MAX ((rlim_t)256 << 20)

/* What sanitizers reserve and ask for is beyond any sensible limit. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

static int limit(int resource, rlim_t value)
{
	struct rlimit r = { value, value };

	return setrlimit(resource, &r);
}

static int take_limits(struct error *err)
{
	if (limit(RLIMIT_CPU, CPU_MAX_S) || limit(RLIMIT_FSIZE, FILE_BYTES_MAX) || limit(RLIMIT_CORE, 0) ||
	    (!IS_SANITIZED && limit(RLIMIT_DATA, DATA_BYTES_MAX)))
		return error_set_errno(err, errno, "limiting the process");
	return 0;
}

/* Calls that need no look at their arguments: they act on descriptors that are open, on memory, or on nothing. */
static const int plain_calls[] = {
	SCMP_SYS(read),        SCMP_SYS(pread64),        SCMP_SYS(write),
	SCMP_SYS(lseek),       SCMP_SYS(fstat),          SCMP_SYS(brk),
	SCMP_SYS(munmap),      SCMP_SYS(mremap),         SCMP_SYS(madvise),
	SCMP_SYS(futex),       SCMP_SYS(getrandom),      SCMP_SYS(clock_gettime),
	SCMP_SYS(close),       SCMP_SYS(gettimeofday),   SCMP_SYS(exit),
	SCMP_SYS(exit_group),  SCMP_SYS(rt_sigreturn),
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	SCMP_SYS(sched_yield), SCMP_SYS(getpid),         SCMP_SYS(gettid),
	SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
	SCMP_SYS(prctl),       SCMP_SYS(nanosleep),      SCMP_SYS(clock_nanosleep),
#endif
};

/* Memory that is not code; and the form of newfstatat() that fstat() is. The filter cannot look at a path, so whoever took the
 * process over could learn by that call the sizes and times of files, and nothing that is in them. */
static int allow_checked(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_code);

	if (rc == 0)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_code);
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				      SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
				      SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	return rc;
}

static int take_filter(struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = filter ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < sizeof plain_calls / sizeof plain_calls[0]; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain_calls[i], 0);
	if (rc == 0)
		rc = allow_checked(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc == 0)
		return 0;
	error_set_errno(err, -rc, "the kernel takes no seccomp filter");
	if (err)
		err->code = ERR_UNSUPPORTED;
	return -1;
}

int sandbox_enter(struct error *err)
{
	if (close_range(3, ~0u, 0) && errno != ENOSYS)
		return error_set_errno(err, errno, "closing descriptors");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return error_set_errno(err, errno, "giving up privileges");
	return take_limits(err) ? -1 : take_filter(err);
}
