/* What a process can still do in the sandbox, and what ends it. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/sandbox.h"
#include "tests/lib/test.h"

static void open_a_file(void)
{
	(void)!open("/etc/passwd", O_RDONLY);
}

static void look_at_a_file(void)
{
	struct stat st;

	(void)!stat("/etc/passwd", &st);
}

static void open_a_socket(void)
{
	(void)!socket(AF_INET, SOCK_STREAM, 0);
}

static void start_a_process(void)
{
	(void)!syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void run_a_program(void)
{
	char *argv[] = { NULL };

	execve("/bin/true", argv, argv);
}

static void make_code(void)
{
	(void)!mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void signal_the_parent(void)
{
	kill(getppid(), 0);
}

static void trace(void)
{
	(void)!syscall(SYS_ptrace, 0, 0, 0, 0);
}

static const struct {
	const char *name;
	void (*call)(void);
} forbidden[] = {
	{ "open", open_a_file },       { "stat", look_at_a_file },  { "socket", open_a_socket },
	{ "clone", start_a_process },  { "execve", run_a_program }, { "code", make_code },
	{ "kill", signal_the_parent }, { "ptrace", trace },
};

/* How a process ended that entered the sandbox and called this. */
static int status_of(void (*call)(void))
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (sandbox_enter(NULL))
			_exit(2);
		call();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(test_a_call_that_is_not_needed_ends_the_process)
{
	int status = status_of(forbidden[_i].call);

	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s: status %x", forbidden[_i].name,
		      (unsigned)status);
}
END_TEST

static int pipe_ends[2];

static void work(void)
{
	char *memory = malloc(8 << 20);

	/* The pipe is no standard descriptor, so it is closed. */
	if (!memory || write(pipe_ends[1], "x", 1) == 1)
		_exit(3);
	memset(memory, 1, 8 << 20);
	free(memory);
	if (lseek(STDIN_FILENO, 0, SEEK_CUR) == 12345)
		_exit(4);
}

START_TEST(test_memory_and_the_standard_descriptors_are_left)
{
	int status;

	ck_assert_int_eq(pipe(pipe_ends), 0);
	status = status_of(work);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}
END_TEST

static void take_too_much(void)
{
	char *memory = malloc(300u << 20);

	_exit(memory ? 5 : 0);
}

START_TEST(test_memory_is_limited)
{
	int status = status_of(take_too_much);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == (test_is_sanitized() ? 5 : 0), "status %x",
		      (unsigned)status);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sandbox");
	TCase *t = tcase_create("sandbox");

	tcase_add_loop_test(t, test_a_call_that_is_not_needed_ends_the_process, 0,
			    sizeof forbidden / sizeof forbidden[0]);
	tcase_add_test(t, test_memory_and_the_standard_descriptors_are_left);
	tcase_add_test(t, test_memory_is_limited);
	suite_add_tcase(s, t);
	return test_run(s);
}
