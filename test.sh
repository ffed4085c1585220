#!/bin/sh
# Installs what is missing, builds and runs every test. With --quick only the plain build is tested; without it
# also the sanitizer builds and the release tarball. The last line counts all tests.
set -eu
cd "$(dirname "$0")"
. ./packages.sh

quick=no
case ${1-} in
'') ;;
--quick) quick=yes ;;
*)
	echo "Usage: ./test.sh [--quick]" >&2
	exit 64
	;;
esac

# shellcheck disable=SC2086
ensure_packages $BUILD_PACKAGES $TEST_PACKAGES
[ -x configure ] || ./autogen.sh
for folder in tests/openapi tests/deploy; do
	(cd $folder && npm ci --loglevel=error --no-audit --no-fund)
done
(cd tests/web && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --loglevel=error --no-audit --no-fund)
build_page

# Adds up the counts that the test programs print; a program that died without one counts as one failure.
passed=0
failed=0
count_results() {
	for trs in $(find "$1" -name '*.trs' | sort); do
		counts=$(grep -aE '^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed' "${trs%.trs}.log" | tail -n 1 |
			sed -E 's/^([A-Za-z]+: )?([0-9]+) passed, ([0-9]+) failed.*/\2 \3/')
		ok=${counts% *}
		bad=${counts#* }
		if ! grep -q '^:test-result: PASS' "$trs"; then
			[ "${bad:-0}" -gt 0 ] || bad=1
			echo "FAILED: ${trs%.trs}"
			tail -n 40 "${trs%.trs}.log"
		fi
		passed=$((passed + ${ok:-1}))
		failed=$((failed + ${bad:-0}))
	done
}

# Many tests wait for the disk or the clock: more of them run at a time than there are cores.
check_jobs=$((2 * $(nproc)))

# check_tree FOLDER TARGET CONFIGURE_OPTION...
check_tree() {
	folder=$1
	target=$2
	shift 2
	echo "== $folder $*"
	build_tree "$folder" "$@" || {
		failed=$((failed + 1))
		return 0
	}
	find "$folder" -name '*.trs' -delete
	make -C "$folder" -s -k -j "$check_jobs" "$target" >"$folder/check.log" 2>&1 || {
		grep -E '^(FAIL|ERROR|XPASS)|error:|\*\*\*' "$folder/check.log" | head -n 40 || true
	}
	before=$failed
	count_results "$folder"
	# A test program that does not compile leaves no result behind.
	if [ ! -f "$folder/test-suite.log" ] && [ "$failed" -eq "$before" ]; then
		tail -n 40 "$folder/check.log"
		failed=$((failed + 1))
	fi
}

# The tests of the page and of the contract mostly wait: they run beside a build. Each appends to build/beside its counts,
# "PASSED FAILED", and to build/beside.log what failed.

check_page_modules() {
	(cd web && npm test --silent) >build/page-modules.log 2>&1 ||
		grep -A 20 '^not ok' build/page-modules.log >>build/beside.log || true
	sed -nE 's/^# pass ([0-9]+)$/\1 0/p; s/^# fail ([0-9]+)$/0 \1/p' build/page-modules.log | grep . || echo 0 1
}

check_page() {
	PHONOND_ARTIFACTS=$PWD/build/page tests/web/run "$PWD/build/check/phonond" >build/page.log 2>&1 ||
		grep -v '^ok ' build/page.log >>build/beside.log || true
	tail -n 1 build/page.log | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' | grep . || echo 0 1
}

# check_command NAME COMMAND...: one that says by its status whether all is well
check_command() {
	name=$1
	shift
	if "$@" >"build/$name.log" 2>&1; then
		echo 1 0
	else
		{
			echo "FAILED: $*"
			tail -n 40 "build/$name.log"
		} >>build/beside.log
		echo 0 1
	fi
}

check_beside() {
	check_page_modules
	check_page
	check_command lint tests/openapi/lint.sh
	check_command contract tests/openapi/run_examples "$PWD/build/check/phonond"
	check_command manifests tests/deploy/check_manifests.sh
	check_command webhooks tests/openapi/run_webhooks "$PWD/build/check/phonond"
	for script in run.sh test.sh packages.sh autogen.sh .ci/run tests/check_tarball.sh tests/deploy/check_manifests.sh; do
		check_command shellcheck shellcheck -x -e SC1091 -s sh "$script"
	done
	check_command shellcheck shellcheck -s bash completions/phonond.bash
	: >build/beside.done
}

check_tree build/check check --enable-werror --enable-web=yes
rm -f build/beside.done
: >build/beside.log
check_beside >build/beside 2>/dev/null &

if [ "$quick" = no ]; then
	check_tree build/asan check-memory --enable-werror --enable-sanitize=address,undefined CFLAGS='-g1 -O1'
	check_tree build/tsan check-threads --enable-werror --enable-sanitize=thread CFLAGS='-g1 -O1'
	echo "== release tarball"
	# It builds in a folder of its own, not optimised; that it has the tests as well, which ran above, its list says.
	if make -C build/check -s -j "$(nproc)" distcheck DISTCHECK_CONFIGURE_FLAGS="--enable-werror CFLAGS=-O0" TESTS= check_PROGRAMS= >build/distcheck.log 2>&1 &&
		tests/check_tarball.sh build/check/phonond-*.tar.xz >>build/distcheck.log 2>&1; then
		passed=$((passed + 1))
	else
		tail -n 40 build/distcheck.log
		failed=$((failed + 1))
	fi
fi

echo "== the page and the contract"
wait
cat build/beside.log
while read -r ok bad; do
	passed=$((passed + ok))
	failed=$((failed + bad))
done <build/beside
[ -f build/beside.done ] || failed=$((failed + 1))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
