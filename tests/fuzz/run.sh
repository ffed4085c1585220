#!/bin/sh
# run.sh KIND NAME SECONDS: one campaign, in the build folder. The corpus grows in fuzz/NAME.corpus, from the seeds of the tree; the
# words come from NAME.dict, or from fuzz/words.dict for those that read the language. Ends with an error when there is a
# finding, whose input is kept beside.
set -eu
kind=$1
name=$2
seconds=$3
src=$(dirname "$0")
corpus=fuzz/$name.corpus
program=fuzz/$kind/bin/$name
dict=$src/$name.dict
[ -e "$dict" ] || dict=fuzz/words.dict

# The seeds, or the programs of the examples and of the test cases; one input of zeros for a target that has neither.
plant() {
	mkdir -p "$corpus"
	if [ -e "$src/$name.seeds" ]; then
		tests/fuzz/seeds unpack "$src/$name.seeds" "$corpus"
	elif [ "$name" = graph ]; then
		head -c 64 /dev/zero >"$corpus/zeros"
	else
		cp "$src"/../../examples/*.ph "$corpus"
		cat "$src"/../cases/*/*.cases | awk -v dir="$corpus" '/^## / { close(file); file = dir "/case" ++n; skip = 0; next }
			/^(=> |---)/ { skip = 1 }
			file && !skip { print >file }'
	fi
}

run_libfuzzer() {
	"$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -dict="$dict" \
		-artifact_prefix="fuzz/$name-" -print_final_stats=1 "$corpus"
}

# AFL++ ends well whatever it found.
run_afl() {
	rm -rf "fuzz/$name.afl"
	env AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_QUIET=1 \
		afl-fuzz -i "$corpus" -o "fuzz/$name.afl" -x "$dict" -V "$seconds" -t 10000 -G 4096 -- "$program" \
		>"fuzz/$name.afl.log" 2>&1 || { tail -n 20 "fuzz/$name.afl.log"; return 1; }
	grep -E '^(execs_done|execs_per_sec|corpus_count|edges_found|saved_crashes|saved_hangs)' \
		"fuzz/$name.afl/default/fuzzer_stats"
	[ -z "$(find "fuzz/$name.afl/default/crashes" -name 'id*')" ]
}

plant
echo "== $name"
"run_$kind"
