# Fuzz targets. `make check` replays the seeds and their mutants; `make fuzz` runs libFuzzer for FUZZ_SECONDS each.
# (FUZZ=mini: one of them alone.)
FUZZ = mini query source format graph
check_PROGRAMS += tests/fuzz/fuzz_format tests/fuzz/fuzz_graph tests/fuzz/fuzz_mini tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_source tests/fuzz/print_words
tests_fuzz_fuzz_format_SOURCES = tests/fuzz/fuzz_format.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_format_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_graph_SOURCES = tests/fuzz/fuzz_graph.c tests/fuzz/replay.c tests/fuzz/fuzz.h tests/lib/random_program.c \
	tests/lib/random_program.h
tests_fuzz_fuzz_graph_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_mini_SOURCES = tests/fuzz/fuzz_mini.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_mini_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_query_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_source_SOURCES = tests/fuzz/fuzz_source.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_source_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_print_words_SOURCES = tests/fuzz/print_words.c
tests_fuzz_print_words_LDADD = librender.a libbase.a $(RENDER_LIBS)
dist_check_SCRIPTS += tests/fuzz/replay.sh
TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/mini.seeds tests/fuzz/query.seeds tests/fuzz/run.sh

FUZZ_SECONDS = 60
FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -std=gnu17 -ffp-contract=off -Wno-psabi

.PHONY: fuzz
fuzz: tests/fuzz/print_words
	$(MKDIR_P) fuzz
	tests/fuzz/print_words >fuzz/words.dict
	for target in $(FUZZ); do \
		$(FUZZ_CC) $(AM_CPPFLAGS) $(FUZZ_CFLAGS) -I$(srcdir) -o fuzz/$$target $(srcdir)/tests/fuzz/fuzz_$$target.c \
			$(srcdir)/tests/lib/random_program.c \
			$(addprefix $(srcdir)/,$(filter %.c,$(librender_a_SOURCES) $(libbase_a_SOURCES))) $(RENDER_LIBS) -lpthread && \
		$(srcdir)/tests/fuzz/run.sh fuzz/$$target $$target $(FUZZ_SECONDS) || exit 1; \
	done
