#!/bin/sh
# analyze.sh BUILD_FOLDER [NAME...]: static analysis of the product, or of those files: gcc's -fanalyzer, clang-tidy (.clang-tidy says
# which checks and why not the others) and cppcheck (tests/cppcheck.txt). In the source folder; AN_FLAGS has what the compiler is to be
# told. Says what was found; fails when it was anything.
set -u
build=$1
shift
: "${AN_FLAGS:?the flags of the compiler}"
if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046 # a list of files
	set -- $(git ls-files 'base/*.c' 'render/*.c' 'storage/*.c' 'queue/*.c' 'server/*.c')
fi
log=$build/analyze
mkdir -p "$log"
rm -f "$log"/*.log
jobs=$(nproc)

# Without optimisation: what is inlined costs it the thread of what belongs to whom, and it sees leaks where there are none.
# gcc 12 does not follow the lanes of its own vector types: in the kernels it says of shifts that they are as wide as a lane.
run_gcc() {
	printf '%s\n' "$@" | xargs -r -P "$jobs" -I FILE sh -c \
		"gcc $AN_FLAGS -Wno-analyzer-shift-count-overflow -O0 -fanalyzer -S -o /dev/null FILE" >"$log/gcc.log" 2>&1
}

run_tidy() {
	printf '%s\n' "$@" | xargs -r -P "$jobs" -I FILE sh -c \
		"clang-tidy --quiet --warnings-as-errors='*' FILE -- $AN_FLAGS" >"$log/tidy.log" 2>"$log/tidy.counts"
}

run_cppcheck() {
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,performance,portability \
		--suppressions-list=tests/cppcheck.txt -I. -D_GNU_SOURCE -j "$jobs" "$@" >"$log/cppcheck.log" 2>&1
}

failed=0
# report TOOL FILES
report() {
	findings=$(grep -cE '(warning|error)[:(]' "$log/$1.log")
	echo "$1: $findings findings in $2 files"
	[ "$findings" -eq 0 ] || { failed=1; cat "$log/$1.log"; }
}

run_gcc "$@"
report gcc $#
run_tidy "$@"
report tidy $#
run_cppcheck "$@"
report cppcheck $#
exit $failed
