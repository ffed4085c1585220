# The real server as a process, and clients for it.
INTEGRATION_TESTS =
INTEGRATION_TESTS += tests/integration/test_access
INTEGRATION_TESTS += tests/integration/test_audio_api
INTEGRATION_TESTS += tests/integration/test_batch_api
INTEGRATION_TESTS += tests/integration/test_embed_api
INTEGRATION_TESTS += tests/integration/test_events
INTEGRATION_TESTS += tests/integration/test_http
INTEGRATION_TESTS += tests/integration/test_jobs_api
INTEGRATION_TESTS += tests/integration/test_keep_api
INTEGRATION_TESTS += tests/integration/test_kill
INTEGRATION_TESTS += tests/integration/test_live_api
INTEGRATION_TESTS += tests/integration/test_memory
INTEGRATION_TESTS += tests/integration/test_operations
INTEGRATION_TESTS += tests/integration/test_output_api
INTEGRATION_TESTS += tests/integration/test_queue_api
INTEGRATION_TESTS += tests/integration/test_render_api
INTEGRATION_TESTS += tests/integration/test_resume
INTEGRATION_TESTS += tests/integration/test_samples_api
INTEGRATION_TESTS += tests/integration/test_schedules_api
INTEGRATION_TESTS += tests/integration/test_webhooks
dist_check_SCRIPTS += tests/integration/test_clients.sh
TESTS += tests/integration/test_clients.sh
dist_check_SCRIPTS += tests/integration/test_tls.sh
TESTS += tests/integration/test_tls.sh
EXTRA_DIST += tests/integration/tls.ph
check_PROGRAMS += $(INTEGRATION_TESTS)
TESTS += $(INTEGRATION_TESTS)

# Requests and answers of the tests held to the contract by Prism; of those that ask for the most in the least time for CI. Not of those that
# kill the server, measure it or watch streams: they ask for nothing that others do not.
PRISM_QUICK_TESTS = tests/integration/test_render_api tests/integration/test_output_api tests/integration/test_schedules_api
PRISM_TESTS = $(PRISM_QUICK_TESTS) tests/integration/test_access tests/integration/test_audio_api tests/integration/test_batch_api \
	tests/integration/test_embed_api tests/integration/test_queue_api \
	tests/integration/test_events tests/integration/test_http tests/integration/test_jobs_api tests/integration/test_keep_api \
	tests/integration/test_operations tests/integration/test_samples_api tests/integration/test_webhooks
.PHONY: prism prism-quick
prism: phonond $(PRISM_TESTS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/openapi/run_prism $(PRISM_TESTS)
prism-quick: phonond $(PRISM_QUICK_TESTS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/openapi/run_prism $(PRISM_QUICK_TESTS)

INTEGRATION_SOURCES = tests/integration/service.c tests/integration/service.h tests/lib/test.c tests/lib/test.h
INTEGRATION_LIBS = libbase.a $(JANSSON_LIBS) $(CURL_LIBS) $(CHECK_LIBS) $(BASE_LIBS)

tests_integration_test_audio_api_SOURCES = tests/integration/test_audio_api.c $(INTEGRATION_SOURCES)
tests_integration_test_audio_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_http_SOURCES = tests/integration/test_http.c $(INTEGRATION_SOURCES)
tests_integration_test_http_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_jobs_api_SOURCES = tests/integration/test_jobs_api.c $(INTEGRATION_SOURCES)
tests_integration_test_jobs_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_kill_SOURCES = tests/integration/test_kill.c $(INTEGRATION_SOURCES)
tests_integration_test_kill_LDADD = $(SQLITE_LIBS) $(INTEGRATION_LIBS)
tests_integration_test_keep_api_SOURCES = tests/integration/test_keep_api.c $(INTEGRATION_SOURCES)
tests_integration_test_keep_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_live_api_SOURCES = tests/integration/test_live_api.c $(INTEGRATION_SOURCES)
tests_integration_test_live_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_output_api_SOURCES = tests/integration/test_output_api.c $(INTEGRATION_SOURCES)
tests_integration_test_output_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_queue_api_SOURCES = tests/integration/test_queue_api.c $(INTEGRATION_SOURCES)
tests_integration_test_queue_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_render_api_SOURCES = tests/integration/test_render_api.c $(INTEGRATION_SOURCES)
tests_integration_test_render_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_resume_SOURCES = tests/integration/test_resume.c $(INTEGRATION_SOURCES)
tests_integration_test_resume_LDADD = $(INTEGRATION_LIBS)

INTEGRATION_KEYS = tests/integration/keys.c tests/integration/keys.h
tests_integration_test_access_SOURCES = tests/integration/test_access.c $(INTEGRATION_KEYS) $(INTEGRATION_SOURCES)
tests_integration_test_access_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_events_SOURCES = tests/integration/test_events.c $(INTEGRATION_KEYS) $(INTEGRATION_SOURCES)
tests_integration_test_events_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_memory_SOURCES = tests/integration/test_memory.c tests/lib/test.c tests/lib/test.h
tests_integration_test_memory_LDADD = libbase.a $(CHECK_LIBS) $(BASE_LIBS)
tests_integration_test_webhooks_SOURCES = tests/integration/test_webhooks.c $(INTEGRATION_KEYS) $(INTEGRATION_SOURCES)
tests_integration_test_webhooks_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_operations_SOURCES = tests/integration/test_operations.c $(INTEGRATION_KEYS) $(INTEGRATION_SOURCES)
tests_integration_test_operations_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_batch_api_SOURCES = tests/integration/test_batch_api.c $(INTEGRATION_SOURCES)
tests_integration_test_batch_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_embed_api_SOURCES = tests/integration/test_embed_api.c $(INTEGRATION_SOURCES)
tests_integration_test_embed_api_LDADD = $(INTEGRATION_LIBS) $(ZLIB_LIBS) $(SQLITE_LIBS)
tests_integration_test_samples_api_SOURCES = tests/integration/test_samples_api.c $(INTEGRATION_KEYS) $(INTEGRATION_SOURCES)
tests_integration_test_samples_api_LDADD = $(INTEGRATION_LIBS)
tests_integration_test_schedules_api_SOURCES = tests/integration/test_schedules_api.c $(INTEGRATION_SOURCES)
tests_integration_test_schedules_api_LDADD = $(SQLITE_LIBS) $(INTEGRATION_LIBS)
