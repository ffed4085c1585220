# The HTTP service; the command line over it is in cli.mk.
libserver_a_SOURCES += \
	server/api.h server/app.h \
	server/access.c server/access.h server/api_usage.c server/key_text.c server/key_text.h \
	server/rate.c server/rate.h \
	server/api_audio.c \
	server/api_batch.c \
	server/api_check.c \
	server/api_embed.c \
	server/api_estimate.c server/inflate.c server/inflate.h \
	server/api_events.c \
	server/api_examples.c \
	server/api_form.c \
	server/api_jobs.c \
	server/api_list.c \
	server/api_meta.c server/api_nodes.c \
	server/api_queue.c \
	server/api_page.c \
	server/api_peaks.c \
	server/api_render.c \
	server/api_sample_put.c server/api_samples.c server/api_samples.h server/api_verify.c \
	server/api_schedules.c \
	server/api_spec.c \
	server/api_stems.c \
	server/audio_type.c server/audio_type.h \
	server/api_streams.c server/events.c server/events.h \
	server/api_live.c server/live.c server/live.h \
	server/api_metrics.c server/metrics.c server/metrics.h server/request_log.c \
	server/api_link.c server/link.c server/link.h \
	server/api_webhooks.c server/breaker.c server/breaker.h server/trace.c server/trace.h \
	server/webhook_guard.c server/webhook_guard.h server/webhook_sign.c server/webhook_sign.h \
	server/webhooks.c server/webhooks.h \
	server/background.c server/background.h \
	server/cors.c server/cors.h \
	server/cursor.c server/cursor.h \
	server/batch_list.c \
	server/wide_wav.c server/wide_wav.h \
	server/batch_results.c \
	server/conditional.c server/conditional.h \
	server/examples_data.c server/examples_data.h \
	server/file_reply.c server/file_reply.h \
	server/http.c server/http.h server/http_impl.h \
	server/http_live.c \
	server/http_form.c \
	server/http_read.c \
	server/http_reply.c \
	server/http_wait.c \
	server/job_json.c \
	server/json_spec.c server/json_spec.h \
	server/listen.c server/listen.h \
	server/negotiation.c server/negotiation.h \
	server/openapi_data.c server/openapi_data.h \
	server/page_data.c server/page_data.h \
	server/peaks_text.c server/peaks_text.h \
	server/problem.c server/problem.h server/problems.def \
	server/reaper.c server/reaper.h \
	server/routes.c server/routes.h \
	server/runner.c server/runner.h \
	server/sample_decoder.c server/sample_decoder.h \
	server/scheduler.c server/scheduler.h \
	server/screen.c server/screen.h \
	server/server.c server/server.h \
	server/spec_option.c server/spec_option.h \
	server/submission.c server/submission.h \
	server/tar.c server/tar.h \
	server/term_option.c \
	server/tls.c server/tls.h \
	server/url.c server/url.h

include openapi/local.mk

SERVER_TESTS = tests/unit/test_conditional tests/unit/test_json_spec tests/unit/test_negotiation tests/unit/test_peaks \
	tests/unit/test_url
check_PROGRAMS += $(SERVER_TESTS)
TESTS += $(SERVER_TESTS)
SERVER_TEST_LIBS = libserver.a librender.a libbase.a $(SERVER_LIBS) $(CHECK_LIBS)
SERVER_TEST_SOURCES = tests/lib/test.c tests/lib/test.h
tests_unit_test_conditional_SOURCES = tests/unit/test_conditional.c $(SERVER_TEST_SOURCES)
tests_unit_test_conditional_LDADD = $(SERVER_TEST_LIBS)
tests_unit_test_json_spec_SOURCES = tests/unit/test_json_spec.c $(SERVER_TEST_SOURCES)
tests_unit_test_json_spec_LDADD = $(SERVER_TEST_LIBS)
tests_unit_test_negotiation_SOURCES = tests/unit/test_negotiation.c $(SERVER_TEST_SOURCES)
tests_unit_test_negotiation_LDADD = $(SERVER_TEST_LIBS)
tests_unit_test_peaks_SOURCES = tests/unit/test_peaks.c $(SERVER_TEST_SOURCES)
tests_unit_test_peaks_LDADD = $(SERVER_TEST_LIBS)
tests_unit_test_url_SOURCES = tests/unit/test_url.c $(SERVER_TEST_SOURCES)
tests_unit_test_url_LDADD = $(SERVER_TEST_LIBS)

# The renderer on the store, as the server puts them together.
check_PROGRAMS += tests/unit/test_checkpoint
TESTS += tests/unit/test_checkpoint
tests_unit_test_checkpoint_SOURCES = tests/unit/test_checkpoint.c tests/lib/rendering.c tests/lib/rendering.h $(SERVER_TEST_SOURCES)
tests_unit_test_checkpoint_LDADD = librender.a libstorage.a libbase.a $(SERVER_LIBS) $(CHECK_LIBS)
