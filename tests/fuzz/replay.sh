#!/bin/sh
# Runs the fuzz targets over their seeds and mutants of them.
set -u
: "${PHONOND_SRCDIR:?the source folder}"
fuzz=$PHONOND_SRCDIR/tests/fuzz
passed=0
failed=0
run() {
	if out=$("$@" 2>&1); then
		passed=$((passed + $(echo "$out" | tail -n 1 | cut -d' ' -f1)))
	else
		failed=$((failed + 1))
		echo "$out" | tail -n 30
	fi
}
for target in cron mini query request target range cursor settings; do
	run "tests/fuzz/fuzz_$target" "$fuzz/$target.seeds"
done
run tests/fuzz/fuzz_form -m 4 "$fuzz/form.seeds"
run tests/fuzz/fuzz_graph -r 1000
run tests/fuzz/fuzz_sample -r 2000 "$fuzz/sample.seeds"
for program in "$PHONOND_SRCDIR"/examples/*.ph "$PHONOND_SRCDIR"/tests/cases/*/*.cases; do
	run tests/fuzz/fuzz_source -f "$program"
	run tests/fuzz/fuzz_format -f "$program"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
