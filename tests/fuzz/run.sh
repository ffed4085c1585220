#!/bin/sh
# run.sh PROGRAM NAME SECONDS: one libFuzzer campaign. The corpus grows in fuzz/NAME.corpus; the words of the language come from
# fuzz/words.dict. Ends with an error at the first finding, whose input is kept beside.
set -eu
program=$1
name=$2
seconds=$3
src=$(dirname "$0")
corpus=fuzz/$name.corpus
mkdir -p "$corpus"
# One seed a line, or the programs of the examples and of the test cases.
if [ -e "$src/$name.seeds" ]; then
	split -l 1 -a 4 "$src/$name.seeds" "$corpus/seed"
else
	cp "$src"/../../examples/*.ph "$corpus"
	cat "$src"/../cases/*/*.cases | awk -v dir="$corpus" '/^## / { close(file); file = dir "/case" ++n; skip = 0; next }
		/^(=> |---)/ { skip = 1 }
		file && !skip { print >file }'
fi
exec "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -dict=fuzz/words.dict \
	-artifact_prefix="fuzz/$name-" -print_final_stats=1 "$corpus"
