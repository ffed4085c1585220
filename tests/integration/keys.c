#include "tests/integration/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

enum { ARGS_MAX = 24, N_TEXTS = 8 };

static void exec_phonond(const char *const *args, int out)
{
	const char *argv[ARGS_MAX] = { getenv("PHONOND") ? getenv("PHONOND") : "./phonond" };
	int null = open("/dev/null", O_WRONLY);

	for (size_t n = 1; *args && n + 1 < ARGS_MAX; args++)
		argv[n++] = *args;
	dup2(out, STDOUT_FILENO);
	if (!getenv("PHONOND_TEST_VERBOSE"))
		dup2(null, STDERR_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

char *phonond_run(const char *const *args, int *status)
{
	struct buf text = BUF_INIT;
	char piece[1024];
	int out[2], code;
	ssize_t n;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0)
		exec_phonond(args, out[1]);
	close(out[1]);
	while ((n = read(out[0], piece, sizeof piece)) > 0)
		if (buf_append(&text, piece, (size_t)n) < 0)
			abort();
	close(out[0]);
	while (waitpid(pid, &code, 0) < 0)
		if (errno != EINTR)
			abort();
	if (status)
		*status = WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
	return text.data ? buf_take(&text) : calloc(1, 1);
}

const char *keys_create(const char *data_dir, const char *const *options)
{
	static char lines[N_TEXTS][128];
	static unsigned n_lines;
	const char *args[ARGS_MAX] = { "keys", "create", "--data", data_dir };
	char *line = lines[n_lines++ % N_TEXTS], *text;

	for (size_t n = 4; options && *options && n + 1 < ARGS_MAX; options++)
		args[n++] = *options;
	text = phonond_run(args, NULL);
	snprintf(line, 128, "Authorization: Bearer %.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return line;
}

const char *keys_id(const char *authorization)
{
	static char ids[N_TEXTS][16];
	static unsigned n_ids;
	char *id = ids[n_ids++ % N_TEXTS];
	const char *at = strstr(authorization, "phk_");

	snprintf(id, 16, "%.12s", at ? at + 4 : "");
	return id;
}

long call_status(const struct service *s, const char *method, const char *path, const char *body,
		 const char *const *headers)
{
	struct reply r = service_call(s, method, path, body, headers);
	long status = r.status;

	reply_free(&r);
	return status;
}
