/* The configuration: four places, one table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/settings.h"
#include "tests/lib/test.h"

static char *args[8];
static int n_args;

static int read_with(struct settings *s, struct error *err, bool *is_usage, const char *first, const char *second)
{
	struct settings_request request;
	static char name[] = "serve";

	args[0] = name;
	n_args = 1;
	if (first)
		args[n_args++] = (char *)(uintptr_t)first;
	if (second)
		args[n_args++] = (char *)(uintptr_t)second;
	args[n_args] = NULL;
	*err = ERROR_INIT;
	return settings_read(s, n_args, args, &request, is_usage, err);
}

static const char *write_file(const char *text)
{
	static char path[600], option[640];
	FILE *f;

	snprintf(path, sizeof path, "%s/phonond.conf", test_temp_dir());
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	snprintf(option, sizeof option, "--config=%s", path);
	return option;
}

START_TEST(test_the_command_line_wins_over_the_environment_and_that_over_the_file)
{
	const char *config = write_file("# limits\nmax_queued = 1   # one\nmax_body=2\n\nmax_connections = 3\n");
	struct settings s;
	struct error err;
	bool is_usage;

	setenv("PHONON_MAX_BODY", "20", 1);
	setenv("PHONON_MAX_QUEUED", "10", 1);
	ck_assert_msg(read_with(&s, &err, &is_usage, config, "--max-queued=100") == 0, "%s", err.message);
	ck_assert_uint_eq(s.config.max_queued, 100);
	ck_assert_uint_eq(s.config.max_body_bytes, 20);
	ck_assert_uint_eq(s.config.max_connections, 3);
	ck_assert_uint_eq(s.config.max_connections_per_ip, 64);
	ck_assert_int_eq(s.origins[SETTING_MAX_QUEUED], FROM_FLAG);
	ck_assert_int_eq(s.origins[SETTING_MAX_BODY], FROM_ENVIRONMENT);
	ck_assert_int_eq(s.origins[SETTING_MAX_CONNECTIONS], FROM_FILE);
	ck_assert_int_eq(s.origins[SETTING_MAX_CONNECTIONS_PER_IP], FROM_DEFAULT);
	settings_fini(&s);
}
END_TEST

START_TEST(test_what_is_printed_is_a_file_with_the_same_values)
{
	struct settings s, again;
	struct error err;
	char *text, *more;
	size_t n;
	bool is_usage;
	FILE *f;

	ck_assert_int_eq(read_with(&s, &err, &is_usage, "--listen=[::1]:81", "--io=pwrite"), 0);
	f = open_memstream(&text, &n);
	settings_print(&s, f);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "listen = ::1    # flag\nport = 81    # flag\n"));
	ck_assert_msg(read_with(&again, &err, &is_usage, write_file(text), NULL) == 0, "%s", err.message);
	for (char *origin; (origin = strstr(text, "# flag"));)
		memcpy(origin, "# file", 6);
	f = open_memstream(&more, &n);
	settings_print(&again, f);
	fclose(f);
	for (char *origin; (origin = strstr(text, "# default"));)
		memmove(origin, origin + 9, strlen(origin + 9) + 1);
	for (char *origin; (origin = strstr(text, "# file"));)
		memmove(origin, origin + 6, strlen(origin + 6) + 1);
	for (char *origin; (origin = strstr(more, "# file"));)
		memmove(origin, origin + 6, strlen(origin + 6) + 1);
	ck_assert_str_eq(text, more);
	free(text);
	free(more);
	settings_fini(&s);
	settings_fini(&again);
}
END_TEST

#define LONG_WORD "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde "
#define LONG_PART LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD
#define LONG_LINE LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART LONG_PART

static const struct {
	const char *file, *variable, *value, *flag, *message;
	bool is_file; /* the flag only names one */
} mistakes[] = {
	{ .file = "max_boddy = 1\n", .message = "phonond.conf:1: there is no setting 'max_boddy'" },
	{ .file = "\nport = x\n", .message = "phonond.conf:2: port takes a whole number from 0 to 65535, found 'x'" },
	{ .file = "port\n", .message = "phonond.conf:1: expected 'key = value', found 'port'" },
	{ .file = "# " LONG_LINE "port=x\nport = y\n",
	  .message = "phonond.conf:2: port takes a whole number from 0 to 65535, found 'y'" },
	{ .flag = "--config=/", .is_file = true, .message = "cannot read '/': Is a directory" },
	{ .variable = "PHONON_PROT", .value = "1", .message = "there is no setting for the variable PHONON_PROT" },
	{ .variable = "PHONON_IO", .value = "fast", .message = "PHONON_IO takes auto, uring or pwrite, found 'fast'" },
	{ .flag = "--port=65536", .message = "--port takes a whole number from 0 to 65535, found '65536'" },
	{ .flag = "--listen=127.0.0.1:http", .message = "--listen takes a whole number" },
	{ .flag = "--listen=[::1", .message = "--listen takes ADDRESS or ADDRESS:PORT, found '[::1'" },
	{ .flag = "--listen=[a:1]", .message = "--listen takes ADDRESS or ADDRESS:PORT, found '[a:1]'" },
	{ .flag = "--listen=:80", .message = "--listen takes ADDRESS or ADDRESS:PORT, found ':80'" },
	{ .flag = "--data=", .message = "--data takes a folder" },
	{ .flag = "more", .message = "no argument expected, found 'more'" },
};

START_TEST(test_a_mistake_is_named_with_its_place)
{
	struct settings s;
	struct error err;
	bool is_usage;

	if (mistakes[_i].variable)
		setenv(mistakes[_i].variable, mistakes[_i].value, 1);
	ck_assert_int_eq(read_with(&s, &err, &is_usage, mistakes[_i].file ? write_file(mistakes[_i].file) : NULL,
				   mistakes[_i].flag),
			 -1);
	ck_assert_msg(strstr(err.message, mistakes[_i].message) != NULL, "%s", err.message);
	ck_assert_int_eq(is_usage, mistakes[_i].flag && !mistakes[_i].is_file);
	if (mistakes[_i].variable)
		unsetenv(mistakes[_i].variable);
}
END_TEST

START_TEST(test_a_line_with_a_nul_byte_is_refused)
{
	const char *config = write_file("port = 1\nport = 2?3\n");
	FILE *f = fopen(config + strlen("--config="), "r+");
	struct settings s;
	struct error err;
	bool is_usage;

	fseek(f, 17, SEEK_SET);
	fputc('\0', f);
	fclose(f);
	ck_assert_int_eq(read_with(&s, &err, &is_usage, config, NULL), -1);
	ck_assert_ptr_nonnull(strstr(err.message, "phonond.conf:2: the line has a NUL byte"));
}
END_TEST

START_TEST(test_the_largest_number_is_printed_as_it_is_read)
{
	struct settings s, again;
	struct error err;
	char *text;
	size_t n;
	bool is_usage;
	FILE *f = open_memstream(&text, &n);

	ck_assert_int_eq(read_with(&s, &err, &is_usage, "--max-duration=1000000", NULL), 0);
	settings_print(&s, f);
	fclose(f);
	ck_assert_msg(read_with(&again, &err, &is_usage, write_file(text), NULL) == 0, "%s", err.message);
	ck_assert_double_eq(again.config.max_duration_s, 1000000);
	free(text);
	settings_fini(&s);
	settings_fini(&again);
}
END_TEST

static const struct {
	const char *flag, *address;
	unsigned port;
} addresses[] = {
	{ "--listen=127.0.0.1", "127.0.0.1", 8080 },
	{ "--listen=127.0.0.1:0", "127.0.0.1", 0 },
	{ "--listen=localhost:81", "localhost", 81 },
	{ "--listen=::1", "::1", 8080 },
	{ "--listen=[::1]", "::1", 8080 },
	{ "--listen=[2001:db8::1]:443", "2001:db8::1", 443 },
};

START_TEST(test_an_address_may_bring_its_port)
{
	struct settings s;
	struct error err;
	bool is_usage;

	ck_assert_msg(read_with(&s, &err, &is_usage, addresses[_i].flag, NULL) == 0, "%s", err.message);
	ck_assert_str_eq(s.config.listen, addresses[_i].address);
	ck_assert_uint_eq(s.config.port, addresses[_i].port);
	settings_fini(&s);
}
END_TEST

static Suite *settings_suite(void)
{
	Suite *s = suite_create("settings");
	TCase *t = tcase_create("reading");

	tcase_add_test(t, test_a_line_with_a_nul_byte_is_refused);
	tcase_add_test(t, test_the_largest_number_is_printed_as_it_is_read);
	tcase_add_test(t, test_what_is_printed_is_a_file_with_the_same_values);
	tcase_add_loop_test(t, test_a_mistake_is_named_with_its_place, 0, sizeof mistakes / sizeof mistakes[0]);
	tcase_add_loop_test(t, test_an_address_may_bring_its_port, 0, sizeof addresses / sizeof addresses[0]);
	tcase_add_test(t, test_the_command_line_wins_over_the_environment_and_that_over_the_file);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(settings_suite());
}
