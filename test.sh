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
(cd tests/openapi && npm ci --loglevel=error --no-audit --no-fund)
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

# check_tree FOLDER CONFIGURE_OPTION...
check_tree() {
	echo "== $*"
	build_tree "$@" || {
		failed=$((failed + 1))
		return 0
	}
	find "$1" -name '*.trs' -delete
	make -C "$1" -s -k -j "$(nproc)" check >"$1/check.log" 2>&1 || {
		grep -E '^(FAIL|ERROR|XPASS)|error:|\*\*\*' "$1/check.log" | head -n 40 || true
	}
	before=$failed
	count_results "$1"
	# A test program that does not compile leaves no result behind.
	if [ ! -f "$1/test-suite.log" ] && [ "$failed" -eq "$before" ]; then
		tail -n 40 "$1/check.log"
		failed=$((failed + 1))
	fi
}

check_tree build/check --enable-werror --enable-web=yes

echo "== the page"
(cd web && npm test --silent) >build/page-modules.log 2>&1 || grep -A 20 '^not ok' build/page-modules.log || true
for count in $(sed -nE 's/^# (pass|fail) ([0-9]+)$/\1=\2/p' build/page-modules.log | grep . || echo fail=1); do
	case $count in
	pass=*) passed=$((passed + ${count#*=})) ;;
	fail=*) failed=$((failed + ${count#*=})) ;;
	esac
done

PHONOND_ARTIFACTS=$PWD/build/page tests/web/run "$PWD/build/check/phonond" >build/page.log 2>&1 || grep -v '^ok ' build/page.log || true
counts=$(tail -n 1 build/page.log | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p')
counts=${counts:-0 1}
passed=$((passed + ${counts% *}))
failed=$((failed + ${counts#* }))

if [ "$quick" = no ]; then
	check_tree build/asan --enable-werror --enable-sanitize=address,undefined CFLAGS='-g -O1'
	check_tree build/tsan --enable-werror --enable-sanitize=thread CFLAGS='-g -O1'
	echo "== release tarball"
	# The tarball holds all it needs and builds in a folder of its own; its tests ran above, so it is not optimised.
	if make -C build/check -s distcheck DISTCHECK_CONFIGURE_FLAGS="--enable-werror CFLAGS=-O0" TESTS= >build/distcheck.log 2>&1; then
		passed=$((passed + 1))
	else
		tail -n 40 build/distcheck.log
		failed=$((failed + 1))
	fi
	echo "== contract"
	for check in "tests/openapi/lint.sh" "tests/openapi/run_examples $PWD/build/check/phonond" \
		"tests/openapi/run_webhooks $PWD/build/check/phonond"; do
		if $check >build/contract.log 2>&1; then
			passed=$((passed + 1))
		else
			echo "FAILED: $check"
			tail -n 40 build/contract.log
			failed=$((failed + 1))
		fi
	done
	for script in run.sh test.sh packages.sh autogen.sh .ci/run; do
		if shellcheck -x -e SC1091 -s sh "$script"; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
		fi
	done
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
