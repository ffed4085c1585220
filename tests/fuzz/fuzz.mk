# The campaigns with libFuzzer, in GNU make: everything under fuzz/ in the build folder, where the corpora stay from one
# run to the next. fuzz-build only builds.
FUZZ = cron mini query sample source format graph
FUZZ_SECONDS = 60
FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -std=gnu17 -ffp-contract=off -Wno-psabi -pthread
# The library with libFuzzer's marks, compiled once for all targets (and for the printer of words, which has its own main).
FUZZ_OBJECTS = $(patsubst %.c,fuzz/obj/%.o,$(filter %.c,$(librender_a_SOURCES) $(libbase_a_SOURCES)) \
	tests/lib/random_program.c)

fuzz/obj/%.o: $(srcdir)/%.c
	$(AM_V_CC)$(MKDIR_P) $(@D) && \
		$(FUZZ_CC) $(AM_CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

fuzz/bin/print_words: fuzz/obj/tests/fuzz/print_words.o $(FUZZ_OBJECTS)
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -o $@ $^ $(RENDER_LIBS)

fuzz/bin/%: fuzz/obj/tests/fuzz/fuzz_%.o $(FUZZ_OBJECTS)
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(RENDER_LIBS)

fuzz/words.dict: fuzz/bin/print_words
	$(AM_V_GEN)fuzz/bin/print_words >$@

-include $(patsubst %.o,%.d,$(FUZZ_OBJECTS))

.PHONY: fuzz fuzz-build
.SECONDARY: $(FUZZ_OBJECTS) $(FUZZ:%=fuzz/obj/tests/fuzz/fuzz_%.o) fuzz/obj/tests/fuzz/print_words.o
fuzz-build: fuzz/words.dict $(FUZZ:%=fuzz/bin/%)

fuzz: fuzz-build
	for target in $(FUZZ); do \
		$(srcdir)/tests/fuzz/run.sh fuzz/bin/$$target $$target $(FUZZ_SECONDS) || exit 1; \
	done
