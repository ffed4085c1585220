dist_check_SCRIPTS += tests/check_includes.sh tests/check_kernels.sh tests/cli/test_cli.sh tests/cli/test_output.sh tests/cli/test_render_many.sh tests/docs/test_commands.sh tests/docs/test_language.sh tests/docs/test_nodes.sh
TESTS += tests/check_includes.sh tests/check_kernels.sh tests/cli/test_cli.sh tests/cli/test_output.sh tests/cli/test_render_many.sh tests/docs/test_commands.sh tests/docs/test_language.sh tests/docs/test_nodes.sh

check_PROGRAMS += docs/print_nodes
docs_print_nodes_SOURCES = docs/print_nodes.c
docs_print_nodes_LDADD = librender.a libbase.a $(RENDER_LIBS)

.PHONY: nodes-doc
nodes-doc: docs/print_nodes
	docs/print_nodes >$(srcdir)/docs/NODES.md

# What is there for containers, clusters and packages.
dist_check_SCRIPTS += tests/deploy/test_deploy.sh
TESTS += tests/deploy/test_deploy.sh
EXTRA_DIST += tests/deploy/build_image.py tests/deploy/confine.py

EXTRA_DIST += docs/print_sound.sh tests/cli/lib.sh tests/docs/blocks.awk

.PHONY: sound-figures
sound-figures: $(FIGURE_TESTS)
	rm -f figures.tsv
	for t in $(FIGURE_TESTS); do \
		PHONOND_FIGURES=$$PWD/figures.tsv PHONOND_SRCDIR=$(abs_srcdir) ./$$t 2>/dev/null || exit 1; done
	$(srcdir)/docs/print_sound.sh figures.tsv >$(srcdir)/docs/SOUND.md
CLEANFILES += figures.tsv

# For a build with ThreadSanitizer: without the tests of kernels and of the front end that take long there and have one thread,
# and without resuming in the server, which takes minutes there and whose threads test_checkpoint runs too.
LONG_UNDER_TSAN = $(FIGURE_TESTS) tests/integration/test_resume tests/unit/test_call_forms tests/unit/test_gate tests/unit/test_hostile tests/unit/test_nodes
.PHONY: check-threads
check-threads:
	tests=" $(TESTS) "; \
	for t in $(LONG_UNDER_TSAN); do tests=`echo "$$tests" | sed "s| $$t | |"`; done; \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$$tests"

# What the programs in examples/ measure, read by tests/unit/test_examples.
EXTRA_DIST += tests/golden/examples.tsv

.PHONY: example-figures
example-figures: tests/unit/test_examples
	printf 'name\tcycles\tduration_s\tloudness_lufs\ttrue_peak_db\tbelow_200_hz_db\tto_2_khz_db\tabove_2_khz_db\n' \
		>examples.tsv
	CK_RUN_CASE=figures PHONOND_EXAMPLE_FIGURES=$$PWD/examples.tsv PHONOND_SRCDIR=$(abs_srcdir) \
		PHONOND_EXAMPLES=$(abs_srcdir)/examples tests/unit/test_examples 2>/dev/null
	mv examples.tsv $(srcdir)/tests/golden/examples.tsv

# Every cell of the matrix over every example; BUILDS: other builds' binaries to compare as well.
dist_check_SCRIPTS += tests/determinism.sh
TESTS += tests/determinism.sh

.PHONY: determinism
determinism: phonond
	PHONOND=$(abs_builddir)/phonond $(srcdir)/tests/determinism.sh all $(BUILDS)

include tests/fuzz/local.mk
include tests/integration/local.mk
