/* The configuration file: what is refused says why, and what is taken, printed, is a file that says the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/settings.h"
#include "tests/fuzz/fuzz.h"

/* 0 and s to be freed, or -1. */
static int read_settings(const void *data, size_t n, struct settings *s)
{
	char option[64], name[] = "serve", *args[] = { name, option, NULL };
	int fd = memfd_create("fuzz", MFD_CLOEXEC), rc;
	struct settings_request request;
	struct error err = ERROR_INIT;
	bool is_usage;

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	snprintf(option, sizeof option, "--config=/proc/self/fd/%d", fd);
	rc = settings_read(s, 2, args, &request, &is_usage, &err);
	close(fd);
	if (rc < 0 && (err.code != ERR_INVALID || !err.message[0] || is_usage))
		abort();
	return rc;
}

/* Without the origins, which are comments. */
static char *print_settings(const struct settings *s, size_t *n)
{
	struct settings plain = *s;
	char *text = NULL;
	FILE *out = open_memstream(&text, n);

	memset(plain.origins, 0, sizeof plain.origins);
	settings_print(&plain, out);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s, back;
	size_t n, n_again;
	char *text, *again;

	if (read_settings(data, size, &s) < 0)
		return 0;
	text = print_settings(&s, &n);
	if (read_settings(text, n, &back) < 0)
		abort();
	again = print_settings(&back, &n_again);
	if (n != n_again || memcmp(text, again, n) != 0)
		abort();
	free(again);
	free(text);
	settings_fini(&back);
	settings_fini(&s);
	return 0;
}
