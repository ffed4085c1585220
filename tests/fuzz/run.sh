#!/bin/sh
# run.sh PROGRAM NAME SECONDS: one libFuzzer campaign. The corpus grows in fuzz/NAME.corpus; the words of the language come from
# the registries. Ends with an error at the first finding, whose input is kept beside.
set -eu
program=$1
name=$2
seconds=$3
src=$(dirname "$0")
corpus=fuzz/$name.corpus
mkdir -p "$corpus"
i=0
if [ "$name" = mini ]; then
	while IFS= read -r line; do
		i=$((i + 1))
		printf '%s' "$line" >"$corpus/seed$i"
	done <"$src/mini.seeds"
else
	cp "$src"/../../examples/*.ph "$corpus"
fi
# Every name that a registry knows, as a libFuzzer dictionary.
cat "$src"/../../render/dsp/nodes.def "$src"/../../render/pattern/transforms.def "$src"/../../render/pattern/sources.def |
	sed -n 's/^[A-Z]*(\([A-Za-z0-9_]*\)).*/"\1"/p' >"fuzz/$name.dict"
exec "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -dict="fuzz/$name.dict" \
	-artifact_prefix="fuzz/$name-" -print_final_stats=1 "$corpus"
