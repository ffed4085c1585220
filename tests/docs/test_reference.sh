#!/bin/sh
# docs/REFERENCE.md is what the registries say.
set -u
if docs/print_reference | diff "${PHONOND_SRCDIR:?the source folder}/docs/REFERENCE.md" -; then
	echo "1 passed, 0 failed"
else
	echo "docs/REFERENCE.md is out of date; run 'make reference'"
	echo "0 passed, 1 failed"
	exit 1
fi
