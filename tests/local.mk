dist_check_SCRIPTS += tests/check_includes.sh tests/cli/test_cli.sh tests/docs/test_language.sh
TESTS += tests/check_includes.sh tests/cli/test_cli.sh tests/docs/test_language.sh

include tests/fuzz/local.mk
include tests/integration/local.mk
