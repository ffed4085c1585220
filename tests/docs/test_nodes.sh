#!/bin/sh
# docs/NODES.md is what the registries say.
set -u
if docs/print_nodes | diff "${PHONOND_SRCDIR:?the source folder}/docs/NODES.md" -; then
	echo "1 passed, 0 failed"
else
	echo "docs/NODES.md is out of date; run 'make nodes-doc'"
	echo "0 passed, 1 failed"
	exit 1
fi
