#!/bin/sh
# The same bytes, whatever may differ but the program: numbers of threads, sizes of blocks, I/O backends, SIMD levels,
# and the binaries given, such as builds without optimisation or with sanitizers.
#
#   tests/determinism.sh                   a few cells of the matrix over a few of the examples (a test)
#   tests/determinism.sh all [BINARY ...]  all of them with $PHONOND, some with each BINARY: `make determinism`
#
# Renders $CYCLES (4) cycles of each and compares the files' SHA-256. Prints one line per program. Renders that are laid aside
# and go on are compared with whole ones by $RESUMED, the test of checkpoints, whose result is added.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
phonond=${PHONOND:-./phonond}
cycles=${CYCLES:-4}
what=${1:-few}
[ $# -gt 0 ] && shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# THREADS BLOCK IO SIMD, the first being what all others are compared with. A level that the machine has not is its
# highest.
few_cells='1 64 pwrite default
2 512 auto v3
64 4096 auto v4'

all_cells() {
	n=0
	for threads in 1 2 3 7 64; do
		for block in 64 512 4096; do
			for simd in default v3 v4; do
				# Backends in turns: they meet the bytes when those are made already.
				n=$((n + 1))
				[ $((n % 2)) -eq 0 ] && io=auto || io=pwrite
				echo "$threads $block $io $simd"
			done
		done
	done
}

# BINARY PROGRAM THREADS BLOCK IO SIMD: prints the digest, or what went wrong.
digest() {
	if PHONOND_SIMD=$6 "$1" render -q --cycles "$cycles" --threads "$3" --block "$4" --io "$5" "$2" "$work/out.wav" \
		2>"$work/err" </dev/null; then
		sha256sum "$work/out.wav" | cut -d' ' -f1
	else
		echo "failed: $(tail -n 1 "$work/err")"
	fi
}

# BINARY PROGRAM CELL...: compares with $first, counts into $n and $differing.
compare() {
	found=$(digest "$@")
	n=$((n + 1))
	[ "$found" = "$first" ] && return
	differing=$((differing + 1))
	echo "$(basename "$2"): $1, threads $3, block $4, io $5, simd $6: $found instead of $first"
}

if [ "$what" = all ]; then
	cells=$(all_cells)
	programs=$(echo "$here"/examples/*.ph)
else
	cells=$few_cells
	programs="$here/examples/m.ph $here/examples/house.ph $here/examples/techno.ph"
fi

passed=0
failed=0
renders=0
for program in $programs; do
	n=0
	differing=0
	first=
	while read -r cell; do
		# shellcheck disable=SC2086 # a cell is words
		[ -n "$first" ] || first=$(digest "$phonond" "$program" $cell)
		# shellcheck disable=SC2086
		compare "$phonond" "$program" $cell
	done <<-END
	$cells
	END
	for binary in "$@"; do
		while read -r cell; do
			# shellcheck disable=SC2086
			compare "$binary" "$program" $cell
		done <<-END
		$few_cells
		END
	done
	renders=$((renders + n))
	case $first in failed*) differing=$((differing + 1)) ;; esac
	if [ "$differing" -eq 0 ]; then
		passed=$((passed + 1))
		[ "$what" = all ] && echo "$(basename "$program" .ph): $n renders, $first"
	else
		failed=$((failed + 1))
	fi
done
if [ "$what" = all ]; then
	echo "$renders renders of $((passed + failed)) programs, $failed programs with more than one SHA-256"
	if [ -n "${RESUMED:-}" ]; then
		PHONOND_EXAMPLES=$here/examples PHONOND_SRCDIR=$here CK_RUN_CASE="same bytes" "$RESUMED" >"$work/resumed" 2>/dev/null ||
			failed=$((failed + 1))
		echo "resumed: $(tail -n 1 "$work/resumed")"
	fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
