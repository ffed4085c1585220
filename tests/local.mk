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
# there; other tests call the same kernels and encoders. Scripts that read sources, manuals and manifests run there too.
# Experiments compare memory and times of the server as people run it. Of those with one thread, ThreadSanitizer is spared
# the long ones, and what takes minutes there and whose threads others run too: resuming in the server (test_checkpoint),
# all examples with all blocks (determinism.sh), windows and random graphs (test_engine), kills (the tests of the API).
LONG_UNDER_ASAN = $(FIGURE_TESTS) tests/torture/check.sh tests/check_includes.sh tests/check_kernels.sh tests/cli/test_completion.sh \
	tests/cli/test_output.sh tests/deploy/test_deploy.sh tests/docs/test_language.sh tests/docs/test_nodes.sh
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

# Every cell of the matrix over every example; BUILDS: other builds' binaries to compare as well. determinism-builds makes
# some: without optimisation, with -O2, and with each kind of sanitizers (half an hour; from a build folder of its own).
dist_check_SCRIPTS += tests/determinism.sh
TESTS += tests/determinism.sh

.PHONY: determinism determinism-builds
determinism: phonond tests/unit/test_checkpoint
	PHONOND=$(abs_builddir)/phonond RESUMED=$(abs_builddir)/tests/unit/test_checkpoint \
		$(srcdir)/tests/determinism.sh all $(BUILDS)
DETERMINISM_BUILDS = O0 O2 memory threads
determinism-builds:
	set -e; for b in $(DETERMINISM_BUILDS); do \
		case $$b in O0) flags="CFLAGS=-O0" ;; O2) flags="CFLAGS=-O2" ;; \
		memory) flags="--enable-sanitize=address,undefined CFLAGS=-O1" ;; \
		*) flags="--enable-sanitize=thread CFLAGS=-O1" ;; esac; \
		$(MKDIR_P) determinism/$$b; \
		(cd determinism/$$b && { test -f Makefile || $(abs_srcdir)/configure --quiet $$flags; } && $(MAKE) -s phonond); done
	$(MAKE) $(AM_MAKEFLAGS) determinism BUILDS="`for b in $(DETERMINISM_BUILDS); do \
		echo $(abs_builddir)/determinism/$$b/phonond; done`"

# Of the plain build, under valgrind: what AddressSanitizer does not see, memory that is read before it was written. Programs
# without kernels (valgrind does not know all their instructions), threads in numbers or forks.
VALGRIND_TESTS = tests/unit/test_base tests/unit/test_conditional tests/unit/test_cron tests/unit/test_json_spec tests/unit/test_mini \
	tests/unit/test_negotiation tests/unit/test_path tests/unit/test_rational tests/unit/test_settings tests/unit/test_terms \
	tests/unit/test_url tests/unit/test_old_forms
EXTRA_DIST += tests/analyze.sh tests/cppcheck.txt

.PHONY: check-valgrind
check-valgrind: $(VALGRIND_TESTS)
	failed=; for t in $(VALGRIND_TESTS); do \
		$(AM_TESTS_ENVIRONMENT) CK_FORK=no valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
			./$$t >valgrind.log 2>&1 && echo "ok $$t" || { failed="$$failed $$t"; tail -n 40 valgrind.log; }; \
	done; rm -f valgrind.log; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

include tests/fuzz/local.mk
include tests/integration/local.mk
include tests/torture/local.mk
