#!/bin/sh
# Runs the benchmarks beside their peers, in one run, and writes bench/RESULTS.md. Usage: bench/run.sh FOLDER-OF-bench_patterns
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$here/strudel" "$work/strudel"
(cd "$work/strudel" && npm ci --loglevel=error --no-audit --no-fund)
"$build/bench/bench_patterns" patterns "$here/patterns.txt" >"$work/ours"
(cd "$work/strudel" && node haps.mjs "$here/patterns.txt" 2>/dev/null | grep -E '^[0-9]+ ') >"$work/theirs"

{
	# shellcheck disable=SC1091
	. /etc/os-release
	echo "# Results"
	echo
	echo "Written by \`make bench\` on $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'), $(nproc) cores," \
		"$PRETTY_NAME, commit $(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown)," \
		"gcc $(gcc -dumpfullversion), node $(node --version), @strudel/core $(node -p "require('$work/strudel/node_modules/@strudel/core/package.json').version")."
	echo "Millions of haps per second of CPU time on one thread, one query a cycle; both engines in the same run."
	echo
	echo "| pattern | haps/cycle | phonond | at cycle 10,000,000 | Strudel | ratio |"
	echo "|---|---|---|---|---|---|"
	paste -d' ' "$work/ours" "$work/theirs" | while read -r n per near far _ their_per theirs _; do
		[ "$per" = "$their_per" ] || echo "bench: pattern $n has $per haps a cycle here and $their_per in Strudel" >&2
		# shellcheck disable=SC2016 # the backquotes are Markdown
		awk -v p="$(sed -n "${n}p" "$here/patterns.txt" | sed 's/|/\\\\|/g')" -v per="$per" -v near="$near" -v far="$far" -v theirs="$theirs" \
			'BEGIN { printf "| `%s` | %s | %.2f | %.2f | %.4f | %.0f |\n", p, per, near / 1e6, far / 1e6, theirs / 1e6, near / theirs }'
	done
	echo
	echo "A program of 200 lines compiles in $("$build/bench/bench_patterns" compile 200) ms."
} >"$work/RESULTS.md"
cp "$work/RESULTS.md" "$here/RESULTS.md"
cat "$here/RESULTS.md"
