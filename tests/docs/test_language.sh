#!/bin/sh
# Every program in docs/LANGUAGE.md and every file in examples/ compiles without a complaint and makes a sound.
set -u
: "${PHONOND:?the path of the program}" "${PHONOND_SRCDIR:?the source folder}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# Fenced blocks without a language tag are programs.
awk -v dir="$work" '
	/^```/ { if (inside) { inside = 0; close(file) } else if (skip) skip = 0; else if ($0 == "```") { inside = 1; file = sprintf("%s/doc%02d.ph", dir, ++n) } else skip = 1; next }
	inside { print > file }' "$PHONOND_SRCDIR/docs/LANGUAGE.md"
cp "$PHONOND_SRCDIR"/examples/*.ph "$work"

for program in "$work"/*.ph; do
	name=$(basename "$program")
	if ! "$PHONOND" check "$program" >"$work/out" 2>&1 || [ -s "$work/out" ]; then
		echo "FAILED: $name"
		cat "$work/out"
		failed=$((failed + 1))
	elif ! "$PHONOND" render -q "$program" "$work/x.wav" --cycles 4 2>"$work/out"; then
		echo "FAILED: $name does not render: $(cat "$work/out")"
		failed=$((failed + 1))
	elif ! sox "$work/x.wav" -n stat 2>&1 | awk '/^RMS.*amplitude/ { rms = $3 } /^Maximum amplitude/ { top = $3 } END { exit !(rms > 0.005 && top < 1) }'; then
		echo "FAILED: $name is silent or clips: $(sox "$work/x.wav" -n stat 2>&1 | grep amplitude | tr -s ' \n' ' ')"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -ge 53 ]
