# Rows in SQLite and artifact files.
libstorage_a_SOURCES += \
	storage/deliveries.c storage/deliveries.h storage/events.c storage/events.h \
	storage/admission.c storage/keys.c storage/keys.h storage/service_schema.c \
	storage/artifact.c \
	storage/backup.c \
	storage/batch.c \
	storage/checkpoint.c \
	storage/claim.c \
	storage/db.c storage/db.h \
	storage/due.c \
	storage/file_sink.c \
	storage/health.c storage/health.h \
	storage/ids.h \
	storage/internal.h \
	storage/job_row.c \
	storage/keep.c storage/result_schema.c \
	storage/job_state.c \
	storage/jobs.c \
	storage/lease.c \
	storage/migrate.c storage/migrate.h \
	storage/once.c \
	storage/outfile.h \
	storage/overview.c \
	storage/probe.c \
	storage/pwrite.c \
	storage/queue_schema.c \
	storage/readers.c storage/readers.h \
	storage/sample_files.c storage/sample_schema.c storage/samples.c storage/samples.h \
	storage/row.c storage/row.h \
	storage/schedule.c \
	storage/schema.c storage/schema.h \
	storage/secret.c \
	storage/setting.c \
	storage/spool.c \
	storage/storage.c storage/storage.h \
	storage/sweep.c \
	storage/uring.c \
	storage/values.h \
	storage/writer.c storage/writer.h

STORE_TEST_SOURCES = tests/lib/store.c tests/lib/store.h tests/lib/test.c tests/lib/test.h
STORE_TEST_LIBS = libstorage.a libbase.a $(STORAGE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_storage_jobs
TESTS += tests/unit/test_storage_jobs
tests_unit_test_storage_jobs_SOURCES = tests/unit/test_storage_jobs.c $(STORE_TEST_SOURCES)
tests_unit_test_storage_jobs_LDADD = $(STORE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_artifact
TESTS += tests/unit/test_artifact
tests_unit_test_artifact_SOURCES = tests/unit/test_artifact.c $(STORE_TEST_SOURCES)
tests_unit_test_artifact_LDADD = $(STORE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_migrate
TESTS += tests/unit/test_migrate
tests_unit_test_migrate_SOURCES = tests/unit/test_migrate.c $(STORE_TEST_SOURCES)
tests_unit_test_migrate_LDADD = $(STORE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_db
TESTS += tests/unit/test_db
tests_unit_test_db_SOURCES = tests/unit/test_db.c tests/lib/test.c tests/lib/test.h
tests_unit_test_db_LDADD = $(STORE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_writer
TESTS += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c tests/lib/test.c tests/lib/test.h
tests_unit_test_writer_LDADD = $(STORE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_turns
TESTS += tests/unit/test_turns
tests_unit_test_turns_SOURCES = tests/unit/test_turns.c $(STORE_TEST_SOURCES)
tests_unit_test_turns_LDADD = $(STORE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_storage_keys
TESTS += tests/unit/test_storage_keys
tests_unit_test_storage_keys_SOURCES = tests/unit/test_storage_keys.c $(STORE_TEST_SOURCES)
tests_unit_test_storage_keys_LDADD = $(STORE_TEST_LIBS)
