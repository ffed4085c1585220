# Where the shells look; configure takes others.
dist_bashcompletion_DATA = completions/phonond.bash
dist_zshcompletion_DATA = completions/_phonond
dist_fishcompletion_DATA = completions/phonond.fish

dist_check_SCRIPTS += tests/cli/test_completion.sh
TESTS += tests/cli/test_completion.sh
