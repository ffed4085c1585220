libbase_a_SOURCES += \
	base/arena.c base/arena.h \
	base/buf.c base/buf.h \
	base/checkpoint.h \
	base/clock.c base/clock.h \
	base/cron.c base/cron.h \
	base/cpu.c base/cpu.h \
	base/cpu_level.c base/cpu_level.h \
	base/diag.c base/diag.h \
	base/error.c base/error.h \
	base/executable.c base/executable.h \
	base/file.c base/file.h \
	base/hash.c base/hash.h base/histogram.h \
	base/job_control.h \
	base/log.c base/log.h \
	base/name_index.c base/name_index.h \
	base/sample_set.c base/sample_set.h \
	base/sink.h \
	base/spool.h \
	base/zone.c base/zone.h

check_PROGRAMS += tests/unit/test_base
TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c tests/lib/test.c tests/lib/test.h
tests_unit_test_base_LDADD = libbase.a $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_cron
TESTS += tests/unit/test_cron
tests_unit_test_cron_SOURCES = tests/unit/test_cron.c tests/lib/test.c tests/lib/test.h
tests_unit_test_cron_LDADD = libbase.a $(BASE_LIBS) $(CHECK_LIBS)
