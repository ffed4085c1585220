# Fuzz targets. `make check` replays the seeds and their mutants; `make fuzz` runs libFuzzer for FUZZ_SECONDS each.
FUZZ_TARGETS = tests/fuzz/fuzz_graph tests/fuzz/fuzz_mini tests/fuzz/fuzz_source
check_PROGRAMS += $(FUZZ_TARGETS)
tests_fuzz_fuzz_graph_SOURCES = tests/fuzz/fuzz_graph.c tests/fuzz/replay.c tests/fuzz/fuzz.h tests/lib/random_program.c \
	tests/lib/random_program.h
tests_fuzz_fuzz_graph_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_mini_SOURCES = tests/fuzz/fuzz_mini.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_mini_LDADD = librender.a libbase.a $(RENDER_LIBS)
tests_fuzz_fuzz_source_SOURCES = tests/fuzz/fuzz_source.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_source_LDADD = librender.a libbase.a $(RENDER_LIBS)
dist_check_SCRIPTS += tests/fuzz/replay.sh
TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/mini.seeds tests/fuzz/run.sh

FUZZ_SECONDS = 60
FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -std=gnu17 -ffp-contract=off -Wno-psabi

.PHONY: fuzz
fuzz:
	$(MKDIR_P) fuzz
	for target in graph mini source; do \
		$(FUZZ_CC) $(AM_CPPFLAGS) $(FUZZ_CFLAGS) -I$(srcdir) -o fuzz/$$target $(srcdir)/tests/fuzz/fuzz_$$target.c \
			$(srcdir)/tests/lib/random_program.c \
			$(addprefix $(srcdir)/,$(filter %.c,$(librender_a_SOURCES) $(libbase_a_SOURCES))) $(RENDER_LIBS) -lpthread && \
		$(srcdir)/tests/fuzz/run.sh fuzz/$$target $$target $(FUZZ_SECONDS) || exit 1; \
	done
