# Fuzz targets. `make check` replays the seeds and their mutants; `make fuzz` runs libFuzzer for FUZZ_SECONDS each, `make
# fuzz-afl` AFL++, `make fuzz-coverage` says what the corpora reach (FUZZ=mini: one of them alone). See docs/TESTING.md.
FUZZ_RENDER_TARGETS = tests/fuzz/fuzz_cron tests/fuzz/fuzz_format tests/fuzz/fuzz_graph tests/fuzz/fuzz_mini \
	tests/fuzz/fuzz_query tests/fuzz/fuzz_sample tests/fuzz/fuzz_source
FUZZ_SERVER_TARGETS = tests/fuzz/fuzz_cursor tests/fuzz/fuzz_form tests/fuzz/fuzz_range tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_settings tests/fuzz/fuzz_target
check_PROGRAMS += $(FUZZ_RENDER_TARGETS) $(FUZZ_SERVER_TARGETS) tests/fuzz/print_words tests/fuzz/seeds
FUZZ_MAIN = tests/fuzz/replay.c tests/fuzz/seed_text.c tests/fuzz/seed_text.h tests/fuzz/fuzz.h
FUZZ_RENDER_LIBS = librender.a libbase.a $(RENDER_LIBS)
FUZZ_SERVER_LIBS = libserver.a libqueue.a librender.a libstorage.a libbase.a $(SERVER_LIBS)
tests_fuzz_fuzz_cron_SOURCES = tests/fuzz/fuzz_cron.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cron_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_cursor_SOURCES = tests/fuzz/fuzz_cursor.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cursor_LDADD = $(FUZZ_SERVER_LIBS)
tests_fuzz_fuzz_form_SOURCES = tests/fuzz/fuzz_form.c $(FUZZ_MAIN)
tests_fuzz_fuzz_form_LDADD = $(FUZZ_SERVER_LIBS)
tests_fuzz_fuzz_format_SOURCES = tests/fuzz/fuzz_format.c $(FUZZ_MAIN)
tests_fuzz_fuzz_format_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_graph_SOURCES = tests/fuzz/fuzz_graph.c $(FUZZ_MAIN) tests/lib/random_program.c tests/lib/random_program.h
tests_fuzz_fuzz_graph_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_mini_SOURCES = tests/fuzz/fuzz_mini.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mini_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c $(FUZZ_MAIN)
tests_fuzz_fuzz_query_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_range_SOURCES = tests/fuzz/fuzz_range.c $(FUZZ_MAIN)
tests_fuzz_fuzz_range_LDADD = $(FUZZ_SERVER_LIBS)
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c $(FUZZ_MAIN)
tests_fuzz_fuzz_request_LDADD = $(FUZZ_SERVER_LIBS)
tests_fuzz_fuzz_sample_SOURCES = tests/fuzz/fuzz_sample.c $(FUZZ_MAIN)
tests_fuzz_fuzz_sample_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c server/settings.c $(FUZZ_MAIN)
tests_fuzz_fuzz_settings_LDADD = $(FUZZ_SERVER_LIBS)
tests_fuzz_fuzz_source_SOURCES = tests/fuzz/fuzz_source.c $(FUZZ_MAIN)
tests_fuzz_fuzz_source_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_fuzz_target_SOURCES = tests/fuzz/fuzz_target.c $(FUZZ_MAIN)
tests_fuzz_fuzz_target_LDADD = $(FUZZ_SERVER_LIBS)
tests_fuzz_print_words_SOURCES = tests/fuzz/print_words.c
tests_fuzz_print_words_LDADD = $(FUZZ_RENDER_LIBS)
tests_fuzz_seeds_SOURCES = tests/fuzz/seeds.c tests/fuzz/seed_text.c tests/fuzz/seed_text.h
dist_check_SCRIPTS += tests/fuzz/replay.sh
TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/fuzz.mk tests/fuzz/afl.c tests/fuzz/coverage.sh tests/fuzz/run.sh \
	tests/fuzz/cron.seeds tests/fuzz/cursor.seeds tests/fuzz/form.seeds tests/fuzz/mini.seeds tests/fuzz/query.seeds \
	tests/fuzz/range.seeds tests/fuzz/request.seeds tests/fuzz/sample.seeds tests/fuzz/settings.seeds tests/fuzz/target.seeds \
	tests/fuzz/form.dict tests/fuzz/range.dict tests/fuzz/request.dict tests/fuzz/settings.dict

# Where make is GNU's: its pattern rules, unknown to automake.
-include $(srcdir)/tests/fuzz/fuzz.mk
