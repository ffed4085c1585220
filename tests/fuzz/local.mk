# Fuzz targets. `make check` replays the seeds and their mutants; `make fuzz` runs libFuzzer for FUZZ_SECONDS each.
# (FUZZ=mini: one of them alone.)
check_PROGRAMS += tests/fuzz/fuzz_cron tests/fuzz/fuzz_format tests/fuzz/fuzz_graph tests/fuzz/fuzz_mini tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_sample tests/fuzz/fuzz_source tests/fuzz/print_words
tests_fuzz_fuzz_cron_SOURCES = tests/fuzz/fuzz_cron.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_cron_LDADD = libbase.a $(BASE_LIBS)
tests_fuzz_fuzz_format_SOURCES = tests/fuzz/fuzz_format.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_format_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_graph_SOURCES = tests/fuzz/fuzz_graph.c tests/fuzz/replay.c tests/fuzz/fuzz.h tests/lib/random_program.c \
	tests/lib/random_program.h
tests_fuzz_fuzz_graph_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_mini_SOURCES = tests/fuzz/fuzz_mini.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_mini_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_query_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_sample_SOURCES = tests/fuzz/fuzz_sample.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_sample_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_source_SOURCES = tests/fuzz/fuzz_source.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_source_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_print_words_SOURCES = tests/fuzz/print_words.c
tests_fuzz_print_words_LDADD = librender.a libbase.a $(RENDER_LIBS)
dist_check_SCRIPTS += tests/fuzz/replay.sh
TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/fuzz.mk tests/fuzz/cron.seeds tests/fuzz/mini.seeds tests/fuzz/query.seeds tests/fuzz/run.sh

# Where make is GNU's: its pattern rules, unknown to automake.
-include $(srcdir)/tests/fuzz/fuzz.mk
