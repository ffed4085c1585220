#!/bin/sh
# embed.sh DIST: prints the files that DIST/manifest.tsv lists, and their gzip forms, as C for server/page_data.c: arrays
# and one row of struct page_file each.
set -eu
dist=$1
tab=$(printf '\t')

# bytes FILE NAME
bytes() {
	printf 'static const unsigned char %s[] = {\n' "$2"
	od -An -v -tx1 "$1" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
}

n=0
while IFS=$tab read -r _ file _; do
	bytes "$dist/$file" "plain_$n"
	bytes "$dist/$file.gz" "gzip_$n"
	n=$((n + 1))
done <"$dist/manifest.tsv"

echo 'const struct page_file page_files[] = {'
n=0
while IFS=$tab read -r path file type immutable tag; do
	printf '\t{ "%s", "%s", "%s", %s, { plain_%d, sizeof plain_%d }, { gzip_%d, sizeof gzip_%d } },\n' \
		"$path" "$type" "$tag" "$immutable" $n $n $n $n
	n=$((n + 1))
done <"$dist/manifest.tsv"
echo '};'
echo 'const size_t page_files_len = sizeof page_files / sizeof page_files[0];'
