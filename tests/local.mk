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
EXTRA_DIST += tests/deploy/build_image.py tests/deploy/confine.py tests/deploy/build_arm64.sh tests/deploy/check_manifests.sh tests/deploy/package.json tests/deploy/package-lock.json

EXTRA_DIST += docs/print_sound.sh tests/cli/false_server.py tests/check_tarball.sh tests/cli/lib.sh tests/docs/blocks.awk

.PHONY: sound-figures
sound-figures: $(FIGURE_TESTS)
	rm -f figures.tsv
	for t in $(FIGURE_TESTS); do \
		PHONOND_FIGURES=$$PWD/figures.tsv PHONOND_SRCDIR=$(abs_srcdir) ./$$t 2>/dev/null || exit 1; done
	$(srcdir)/docs/print_sound.sh figures.tsv >$(srcdir)/docs/SOUND.md
CLEANFILES += figures.tsv

# What CI runs of the tests in builds with sanitizers, where they take 5 to 20 times as long; "make check" runs all there too.
# Figures of the sound are measured in the plain build, what others' tools say of files and the manual's programs are tried
# there; other tests call the same kernels and encoders. Of those with one thread,
# ThreadSanitizer is spared the long ones, and what takes minutes there and whose threads others run too: resuming in the
# server (test_checkpoint), all examples with all blocks (determinism.sh), windows and random graphs (test_engine), kills (the tests
# of the API).
LONG_UNDER_ASAN = $(FIGURE_TESTS) tests/check_kernels.sh tests/cli/test_output.sh tests/docs/test_language.sh
LONG_UNDER_TSAN = $(LONG_UNDER_ASAN) tests/integration/test_resume tests/unit/test_call_forms tests/unit/test_catalogue \
	tests/unit/test_cron tests/unit/test_examples tests/unit/test_gate tests/unit/test_hostile tests/unit/test_kit tests/unit/test_lang \
	tests/unit/test_levels tests/unit/test_limits tests/unit/test_nodes tests/unit/test_simd tests/unit/test_transforms \
	tests/unit/test_window tests/integration/test_kill tests/fuzz/replay.sh tests/vectors/run.sh
# These begin first, so that none of them is left alone at the end.
BEGIN_FIRST = tests/unit/test_examples tests/unit/test_nodes tests/fuzz/replay.sh tests/integration/test_kill tests/unit/test_samples

.PHONY: check-memory check-threads
check-memory check-threads:
	case $@ in check-memory) long="$(LONG_UNDER_ASAN)";; *) long="$(LONG_UNDER_TSAN)";; esac; \
	tests=" $(TESTS) "; programs=" $(check_PROGRAMS) "; first=; \
	for t in $$long; do \
		tests=`echo "$$tests" | sed "s| $$t | |"`; programs=`echo "$$programs" | sed "s| $$t | |"`; done; \
	for t in $(BEGIN_FIRST); do case $$tests in *" $$t "*) \
		first="$$first $$t"; tests=`echo "$$tests" | sed "s| $$t | |"`;; esac; done; \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$$first $$tests" check_PROGRAMS="$$programs"

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
