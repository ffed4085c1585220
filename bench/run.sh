#!/bin/sh
# Runs the benchmarks, each beside its peers in the same run, and writes bench/RESULTS.md.
#
#   bench/run.sh BUILD [SECTION ...]     sections: patterns engine scaling jobs latency nodes; default: all
#
# $BENCH_SECONDS: length of the renders of scaling and jobs (60); less is for trying the script out. Only with all sections
# is RESULTS.md written; it goes to the standard output in any case.
set -eu
build=$1
shift
all="patterns engine scaling jobs latency nodes"
sections=${*:-$all}
seconds=${BENCH_SECONDS:-60}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

workloads=$(echo "$here"/engine/w[1-6].ph)
examples=$(echo "$here"/../examples/*.ph)

# --- Sections ------------------------------------------------------------------------------------------------

patterns() {
	cp -r "$here/strudel" "$work/strudel"
	(cd "$work/strudel" && npm ci --loglevel=error --no-audit --no-fund >&2)
	"$build/bench/bench_patterns" patterns "$here/patterns.txt" >"$work/ours"
	(cd "$work/strudel" && node haps.mjs "$here/patterns.txt" 2>/dev/null | grep -E '^[0-9]+ ') >"$work/theirs"
	version=$(node -p "require('$work/strudel/node_modules/@strudel/core/package.json').version")

	echo "## Patterns"
	echo
	echo "Millions of haps per second of CPU time on one thread, one query a cycle; beside @strudel/core $version on node" \
		"$(node --version), in the same run."
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
}

engine() {
	echo "## Renders beside others"
	echo
	echo "Seconds of audio per second of CPU time (user and system of the whole process) on one thread, the median of three" \
		"runs in turns: 60 s, 44.1 kHz, stereo, float_32 WAV. $(timeout 5 scsynth -v 2>/dev/null | head -n 1)," \
		"$(csound --version 2>&1 | grep -m1 -o 'Csound version [0-9.]*')."
	echo
	python3 "$here/engine/bench.py" "$build/phonond"
}

scaling() {
	echo "## More cores"
	echo
	echo "Speed-up over one worker, of renders of $seconds s into nothing: as measured on the cores there are, and of virtual workers" \
		"under the engine's own schedule with the tile costs of this machine (\`bench/simulate.c\` says what the model" \
		"leaves out). Work is the sum of all tiles on one worker; the critical path is the longest chain among them, what" \
		"no number of cores goes below; between tiles is what handing them out costs one worker. Without a SHA-256, as in \`phonond render\`;" \
		"the last columns say what it takes and what it leaves of the speed-up in the service."
	echo
	# shellcheck disable=SC2086 # a list of files
	"$build/bench/simulate" --seconds "$seconds" --table $workloads "$here/../examples/m.ph"
}

jobs() {
	echo "## Eight jobs at once"
	echo
	echo "Wall time in ms of eight renders of $seconds s that begin together: on one worker, on a pool with a worker per core, and with" \
		"a thread of its own for each job."
	echo
	echo "| | one worker | pool | times | thread per job | times the pool |"
	echo "|---|---|---|---|---|---|"
	# shellcheck disable=SC2086
	"$build/bench/jobs" --seconds "$seconds" $workloads
}

latency() {
	echo "## Latency"
	echo
	echo "Milliseconds, the least of seven: to compile, to plan, and from the start of a render to the end of its first block, on one" \
		"worker and on one per core."
	echo
	echo "| | compile | plan | first block | on all cores |"
	echo "|---|---|---|---|---|"
	# shellcheck disable=SC2086
	"$build/bench/latency" $workloads $examples
}

nodes() {
	echo "## Kernels"
	echo
	echo "Nanoseconds per frame and channel: with constant parameters, with moving ones, frame by frame as in feedback, and" \
		"of the phase's advance alone; the bound is reading those buffers from the first-level cache and writing the output."
	echo
	echo '```'
	"$build/bench/bench_nodes"
	echo '```'
}

# --- The file ------------------------------------------------------------------------------------------------

cache() {
	getconf "$1" | awk '{ print $1 / 1024 " KiB" }'
}

head_lines() {
	# shellcheck disable=SC1091
	. /etc/os-release
	echo "# Results"
	echo
	echo "Written by \`make bench\` on $(date -u +%Y-%m-%d): $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //')," \
		"$(nproc) cores, caches of $(cache LEVEL1_DCACHE_SIZE), $(cache LEVEL2_CACHE_SIZE), $(cache LEVEL3_CACHE_SIZE);" \
		"Linux $(uname -r), $PRETTY_NAME, gcc $(gcc -dumpfullversion);" \
		"commit $(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown)."
}

{
	head_lines
	for section in $sections; do
		case " $all " in
		*" $section "*) echo && "$section" ;;
		*) echo "bench: no section $section" >&2 && exit 1 ;;
		esac
	done
} >"$work/RESULTS.md"
[ "$sections" != "$all" ] || cp "$work/RESULTS.md" "$here/RESULTS.md"
cat "$work/RESULTS.md"
