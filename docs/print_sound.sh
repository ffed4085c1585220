#!/bin/sh
# docs/print_sound.sh FIGURES: docs/SOUND.md from the lines that the quality tests wrote (tests/lib/figure.h).
set -eu
cat <<'TEXT'
# Sound: promised and measured

Every row is a test: it asserts the promise and fails when it is not kept. `make sound-figures` runs the tests and writes this
page. Frequencies are at 44.1 kHz unless a row says otherwise; levels in dB are relative to full scale or to what the row
names. The method of each measurement stands beside its test in `tests/unit/`; spectra use a seven-term Blackman-Harris
window (`tests/lib/kernel.h`).
TEXT
sort -u "$1" | awk -F '\t' '
	$1 != subject { printf "\n## %s\n\n| what | promised | measured |\n|---|---|---|\n", $1; subject = $1 }
	{
		if ($4 == "+-")
			promised = sprintf("%.4g ± %.2g %s", $5, $6, $3)
		else
			promised = sprintf("%s %.4g %s", $4 == "<=" ? "at most" : "at least", $5, $3)
		printf "| %s | %s | %.4g %s |\n", $2, promised, $7, $3
	}'
