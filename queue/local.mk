# Job submission, runners, leases, watches.
libqueue_a_SOURCES += \
	queue/batch.c \
	queue/herald.c \
	queue/id.c \
	queue/internal.h \
	queue/keeper.c \
	queue/queue.c queue/queue.h \
	queue/running.c \
	queue/submit.c \
	queue/timer.c \
	queue/view.c \
	queue/worker.c

QUEUEING = tests/lib/queueing.c tests/lib/queueing.h \
	tests/lib/store.c tests/lib/store.h tests/lib/test.c tests/lib/test.h

check_PROGRAMS += tests/unit/test_queue
TESTS += tests/unit/test_queue
tests_unit_test_queue_SOURCES = tests/unit/test_queue.c $(QUEUEING)
tests_unit_test_queue_LDADD = libqueue.a libstorage.a libbase.a $(STORAGE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_crash
TESTS += tests/unit/test_crash
tests_unit_test_crash_SOURCES = tests/unit/test_crash.c tests/lib/store.c tests/lib/store.h tests/lib/test.c tests/lib/test.h
tests_unit_test_crash_LDADD = libqueue.a libstorage.a libbase.a $(STORAGE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_terms
TESTS += tests/unit/test_terms
tests_unit_test_terms_SOURCES = tests/unit/test_terms.c $(QUEUEING)
tests_unit_test_terms_LDADD = libqueue.a libstorage.a libbase.a $(STORAGE_LIBS) $(CHECK_LIBS)
