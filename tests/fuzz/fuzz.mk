# The campaigns, in GNU make: everything under fuzz/ in the build folder, where the corpora stay from one run to the next.
# fuzz-build only builds. The product is compiled once for each kind of campaign, and once for the words of the language.
FUZZ = cron mini query sample source format graph request target range cursor form settings
FUZZ_SECONDS = 60
FUZZ_KIND = libfuzzer
FUZZ_CFLAGS = -g -O1 -std=gnu17 -ffp-contract=off -Wno-psabi -pthread
FUZZ_CHECKS = -fsanitize=address,undefined -fno-sanitize-recover=all

FUZZ_CC_libfuzzer = clang
FUZZ_CFLAGS_libfuzzer = $(FUZZ_CHECKS) -fsanitize=fuzzer-no-link
FUZZ_LINK_libfuzzer = $(FUZZ_CHECKS) -fsanitize=fuzzer
FUZZ_MAIN_libfuzzer =
FUZZ_CC_afl = afl-clang-fast
FUZZ_CFLAGS_afl = $(FUZZ_CHECKS)
FUZZ_LINK_afl = $(FUZZ_CHECKS)
FUZZ_MAIN_afl = tests/fuzz/afl.c
FUZZ_CC_coverage = clang
FUZZ_CFLAGS_coverage = -fprofile-instr-generate -fcoverage-mapping
FUZZ_LINK_coverage = $(FUZZ_CFLAGS_coverage)
FUZZ_MAIN_coverage = tests/fuzz/replay.c tests/fuzz/seed_text.c

FUZZ_AT = fuzz/$(FUZZ_KIND)
FUZZ_COMPILE = $(FUZZ_CC_$(FUZZ_KIND)) $(FUZZ_CFLAGS) $(FUZZ_CFLAGS_$(FUZZ_KIND))
FUZZ_PRODUCT = $(patsubst %.c,$(FUZZ_AT)/obj/%.o,$(filter %.c,$(librender_a_SOURCES) $(libbase_a_SOURCES) $(libstorage_a_SOURCES) \
	$(libqueue_a_SOURCES) $(libserver_a_SOURCES) server/settings.c tests/lib/random_program.c))
FUZZ_MAIN_OBJECTS = $(patsubst %.c,$(FUZZ_AT)/obj/%.o,$(FUZZ_MAIN_$(FUZZ_KIND)))

$(FUZZ_AT)/obj/%.o: $(srcdir)/%.c | $(BUILT_SOURCES)
	$(AM_V_CC)$(MKDIR_P) $(@D) && AFL_QUIET=1 $(FUZZ_COMPILE) $(AM_CPPFLAGS) -MMD -MP -c -o $@ $<

$(FUZZ_AT)/libproduct.a: $(FUZZ_PRODUCT)
	$(AM_V_AR)rm -f $@ && $(AR) cr $@ $^

$(FUZZ_AT)/bin/%: $(FUZZ_AT)/obj/tests/fuzz/fuzz_%.o $(FUZZ_MAIN_OBJECTS) $(FUZZ_AT)/libproduct.a
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && AFL_QUIET=1 $(FUZZ_CC_$(FUZZ_KIND)) $(FUZZ_CFLAGS) $(FUZZ_LINK_$(FUZZ_KIND)) -o $@ $^ \
		$(SERVER_LIBS)

fuzz/words.dict: tests/fuzz/print_words
	$(AM_V_GEN)$(MKDIR_P) $(@D) && tests/fuzz/print_words >$@

-include $(patsubst %.o,%.d,$(FUZZ_PRODUCT))

.PHONY: fuzz fuzz-build fuzz-afl fuzz-coverage fuzz-campaigns
.SECONDARY: $(FUZZ_PRODUCT) $(FUZZ_MAIN_OBJECTS) $(FUZZ:%=$(FUZZ_AT)/obj/tests/fuzz/fuzz_%.o)
fuzz-build: fuzz/words.dict tests/fuzz/seeds $(FUZZ:%=$(FUZZ_AT)/bin/%)

# A finding in one target does not keep the others from their turn.
fuzz-campaigns: fuzz-build
	failed=; for target in $(FUZZ); do \
		$(srcdir)/tests/fuzz/run.sh $(FUZZ_KIND) $$target $(FUZZ_SECONDS) || failed="$$failed $$target"; \
	done; if [ "$$failed" ]; then echo "findings:$$failed"; exit 1; fi

fuzz:
	$(MAKE) $(AM_MAKEFLAGS) fuzz-campaigns
fuzz-afl:
	$(MAKE) $(AM_MAKEFLAGS) FUZZ_KIND=afl fuzz-campaigns
fuzz-coverage:
	$(MAKE) $(AM_MAKEFLAGS) FUZZ_KIND=coverage fuzz-build
	$(srcdir)/tests/fuzz/coverage.sh $(FUZZ)
