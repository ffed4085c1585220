#include "tests/lib/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_NAMES = 8, PATH_BYTES = 512 };

static char temp_dirs[N_NAMES][PATH_BYTES];
static pid_t temp_owner[N_NAMES];
static unsigned n_temp_dirs;

bool test_is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#else
	return false;
#endif
}

int test_run(Suite *s)
{
	SRunner *runner = srunner_create(s);
	int n_failed;

	if (test_is_sanitized())
		srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	printf("%d passed, %d failed\n", srunner_ntests_run(runner) - n_failed, n_failed);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_temp_dirs(void)
{
	for (unsigned i = 0; i < N_NAMES; i++)
		if (temp_owner[i] == getpid())
			nftw(temp_dirs[i], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_temp_dir(void)
{
	const char *base = getenv("TMPDIR");
	unsigned i = n_temp_dirs % N_NAMES;

	if (n_temp_dirs++ == 0)
		atexit(remove_temp_dirs);
	if (temp_owner[i] == getpid())
		nftw(temp_dirs[i], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	snprintf(temp_dirs[i], PATH_BYTES, "%s/phonond-test-XXXXXX", base && *base ? base : "/tmp");
	if (!mkdtemp(temp_dirs[i])) {
		perror(temp_dirs[i]);
		abort();
	}
	temp_owner[i] = getpid();
	return temp_dirs[i];
}

const char *test_source_path(const char *relative)
{
	static char paths[N_NAMES][PATH_BYTES];
	static unsigned n;
	const char *top = getenv("PHONOND_SRCDIR");
	char *path = paths[n++ % N_NAMES];

	snprintf(path, PATH_BYTES, "%s/%s", top ? top : ".", relative);
	return path;
}

char *test_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *data;
	long size;

	if (!f || fseek(f, 0, SEEK_END) < 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) < 0 ||
	    !(data = malloc((size_t)size + 1)) || fread(data, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		abort();
	}
	fclose(f);
	data[size] = '\0';
	if (len)
		*len = (size_t)size;
	return data;
}
