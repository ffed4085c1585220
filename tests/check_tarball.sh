#!/bin/sh
# check_tarball.sh TARBALL: the release has every file of the repository but those that only a checkout needs.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar tf "$1" | sed 's|^[^/]*/||' | sort >"$work/released"
cd "$(dirname "$0")/.."
[ -e .git ] || exit 0
git ls-files | grep -vE '(^|/)\.' | sort >"$work/tracked"
missing=$(comm -13 "$work/released" "$work/tracked")
[ -z "$missing" ] || {
	echo "not in the tarball:"
	echo "$missing"
	exit 1
}
