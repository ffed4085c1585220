# The program: the subcommands over the archives.
bin_PROGRAMS += phonond
phonond_SOURCES = \
	server/main.c \
	server/cli.c server/cli.h \
	server/cli_check.c \
	server/cli_events.c \
	server/cli_fmt.c \
	server/cli_backup.c server/cli_decode.c server/cli_doctor.c \
	server/cli_health.c server/cli_keys.c \
	server/systemd.c server/systemd.h \
	server/cli_output.c server/cli_output.h \
	server/cli_query.c \
	server/cli_plot.c server/plot.c server/plot.h server/plot_material.c server/plot_material.h \
	server/plot_png.c server/plot_svg.c \
	server/cli_render.c \
	server/cli_serve.c \
	server/cli_watch.c \
	server/remote.c server/remote.h server/remote_call.c server/remote_call.h \
	server/render_args.c server/render_args.h \
	server/render_item.c server/render_item.h \
	server/render_report.c server/render_report.h \
	server/progress.c server/progress.h \
	server/sandbox.c server/sandbox.h \
	server/settings.c server/settings.h server/settings.def
phonond_LDADD = libserver.a libqueue.a librender.a libstorage.a libbase.a $(SERVER_LIBS) $(SECCOMP_LIBS) $(PNG_LIBS)

check_PROGRAMS += tests/unit/test_settings
TESTS += tests/unit/test_settings
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c server/settings.c tests/lib/test.c tests/lib/test.h
tests_unit_test_settings_LDADD = libserver.a libqueue.a librender.a libstorage.a libbase.a $(SERVER_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_webhook
TESTS += tests/unit/test_webhook
tests_unit_test_webhook_SOURCES = tests/unit/test_webhook.c tests/lib/test.c tests/lib/test.h
tests_unit_test_webhook_LDADD = libserver.a libqueue.a librender.a libstorage.a libbase.a $(SERVER_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_sandbox
TESTS += tests/unit/test_sandbox
tests_unit_test_sandbox_SOURCES = tests/unit/test_sandbox.c server/sandbox.c tests/lib/test.c tests/lib/test.h
tests_unit_test_sandbox_LDADD = libbase.a $(SECCOMP_LIBS) $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_progress
TESTS += tests/unit/test_progress
tests_unit_test_progress_SOURCES = tests/unit/test_progress.c server/progress.c tests/lib/test.c tests/lib/test.h
tests_unit_test_progress_LDADD = libbase.a $(BASE_LIBS) $(CHECK_LIBS)
