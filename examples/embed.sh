#!/bin/sh
# embed.sh FILE...: prints programs as C for server/examples_data.c: arrays and one row of struct example each.
set -eu

n=0
for file; do
	printf 'static const char program_%d[] = {\n' $n
	od -An -v -tx1 "$file" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
	n=$((n + 1))
done

echo 'const struct example examples[] = {'
n=0
for file; do
	printf '\t{ "%s", program_%d, sizeof program_%d },\n' "$(basename "$file" .ph)" $n $n
	n=$((n + 1))
done
echo '};'
echo 'const size_t examples_len = sizeof examples / sizeof examples[0];'
