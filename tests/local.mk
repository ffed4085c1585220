dist_check_SCRIPTS += tests/check_includes.sh tests/check_kernels.sh tests/cli/test_cli.sh tests/cli/test_output.sh tests/docs/test_language.sh tests/docs/test_nodes.sh
TESTS += tests/check_includes.sh tests/check_kernels.sh tests/cli/test_cli.sh tests/cli/test_output.sh tests/docs/test_language.sh tests/docs/test_nodes.sh

check_PROGRAMS += docs/print_nodes
docs_print_nodes_SOURCES = docs/print_nodes.c
docs_print_nodes_LDADD = librender.a libbase.a $(RENDER_LIBS)

.PHONY: nodes-doc
nodes-doc: docs/print_nodes
	docs/print_nodes >$(srcdir)/docs/NODES.md

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
