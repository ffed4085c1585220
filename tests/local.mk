dist_check_SCRIPTS += tests/check_includes.sh tests/cli/test_cli.sh tests/docs/test_language.sh tests/docs/test_reference.sh
TESTS += tests/check_includes.sh tests/cli/test_cli.sh tests/docs/test_language.sh tests/docs/test_reference.sh

check_PROGRAMS += docs/print_reference
docs_print_reference_SOURCES = docs/print_reference.c
docs_print_reference_LDADD = librender.a libbase.a $(RENDER_LIBS)

.PHONY: reference
reference: docs/print_reference
	docs/print_reference >$(srcdir)/docs/REFERENCE.md

EXTRA_DIST += docs/print_sound.sh

.PHONY: sound-figures
sound-figures: $(FIGURE_TESTS)
	rm -f figures.tsv
	for t in $(FIGURE_TESTS); do \
		PHONOND_FIGURES=$$PWD/figures.tsv PHONOND_SRCDIR=$(abs_srcdir) ./$$t 2>/dev/null || exit 1; done
	$(srcdir)/docs/print_sound.sh figures.tsv >$(srcdir)/docs/SOUND.md
CLEANFILES += figures.tsv

include tests/fuzz/local.mk
include tests/integration/local.mk
