dist_check_SCRIPTS += tests/check_includes.sh tests/cli/test_cli.sh tests/cli/test_output.sh tests/docs/test_language.sh tests/docs/test_reference.sh
TESTS += tests/check_includes.sh tests/cli/test_cli.sh tests/cli/test_output.sh tests/docs/test_language.sh tests/docs/test_reference.sh

check_PROGRAMS += docs/print_reference
docs_print_reference_SOURCES = docs/print_reference.c
docs_print_reference_LDADD = librender.a libbase.a $(RENDER_LIBS)

.PHONY: reference
reference: docs/print_reference
	docs/print_reference >$(srcdir)/docs/REFERENCE.md

include tests/fuzz/local.mk
include tests/integration/local.mk
