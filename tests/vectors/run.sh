#!/bin/sh
# Answers the conformance vectors with the pattern engine and compares; prints the counts per file.
set -u
vectors=${PHONOND_SRCDIR:-.}/tests/vectors
answer=${ANSWER_VECTORS:-tests/answer_vectors}
status=0

for file in mini error transform; do
	echo "$file.jsonl"
	python3 "$vectors/check.py" "$vectors/$file.jsonl" --cmd "$answer" || status=1
done
exit $status
