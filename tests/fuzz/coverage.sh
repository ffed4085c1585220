#!/bin/sh
# coverage.sh NAME...: lines of each target's parser that its corpus reaches: the seeds of the tree as `make check` replays
# them, and what campaigns left in fuzz/NAME.corpus. In the build folder.
set -eu
src=$(dirname "$0")/../..
at=fuzz/coverage

# The parser is what the target is there for: these files of the tree.
parser_of() {
	case $1 in
	cron) echo base/cron.c base/zone.c ;;
	mini) echo render/pattern/mini.c render/pattern/mini_cursor.c render/pattern/mini_lex.c render/pattern/mini_step.c ;;
	query) echo render/lang/lang.c render/lang/lex.c render/lang/token.c render/lang/parse.c render/lang/parse_call.c ;;
	source) echo render/lang/lex.c render/lang/token.c render/lang/head.c render/lang/parse.c render/lang/parse_call.c \
		render/lang/statement.c render/lang/form.c render/lang/expand.c render/lang/expand_macro.c \
		render/lang/resolve.c render/lang/constant.c render/lang/print.c ;;
	format) echo render/lang/format.c render/lang/lex.c render/lang/token.c ;;
	sample) echo render/io/sample_decode.c render/io/sample_raw.c render/io/sample_mix.c ;;
	graph) echo render/lang/synth.c render/lang/check.c render/lang/types.c ;;
	request) echo server/json_spec.c server/spec_option.c server/term_option.c ;;
	target) echo server/url.c server/spec_option.c ;;
	range) echo server/conditional.c ;;
	cursor) echo server/cursor.c server/link.c server/key_text.c ;;
	form) echo server/http_form.c server/api_form.c ;;
	settings) echo server/settings.c ;;
	esac
}

replay() {
	if [ -e "$src/tests/fuzz/$1.seeds" ]; then
		set -- "$1" "$src/tests/fuzz/$1.seeds"
	elif [ "$1" = graph ]; then
		set -- "$1" -r 500
	else
		set -- "$1" -m 2
		for program in "$src"/examples/*.ph "$src"/tests/cases/*/*.cases; do
			set -- "$@" -f "$program"
		done
	fi
	name=$1
	shift
	set -- "$@" -m 0
	for input in fuzz/"$name".corpus/*; do
		[ -f "$input" ] && set -- "$@" -f "$input"
	done
	LLVM_PROFILE_FILE=$at/$name.profraw "$at/bin/$name" "$@" >"$at/$name.log" 2>&1
}

report() {
	llvm-profdata merge -sparse -o "$at/$1.profdata" "$at/$1.profraw"
	# shellcheck disable=SC2046 # a list of files
	llvm-cov export -summary-only -instr-profile "$at/$1.profdata" "$at/bin/$1" \
		$(for file in $(parser_of "$1"); do echo "$src/$file"; done) |
		python3 -c '
import json, os, sys
data = json.load(sys.stdin)["data"][0]
lines = data["totals"]["lines"]
files = ["%s %.0f" % (os.path.basename(f["filename"]), f["summary"]["lines"]["percent"]) for f in data["files"]]
print("%-9s %5.1f %%  %5d lines  (%s)" % (sys.argv[1], lines["percent"], lines["count"], ", ".join(files)))' "$1"
}

for name in "$@"; do
	replay "$name"
	report "$name"
done
