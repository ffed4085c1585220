#!/bin/sh
# Lints the contract with two linters and checks that openapi.json is made from openapi.yaml. Needs `npm ci` in this folder before.
set -eu
cd "$(dirname "$0")"
npx --no-install redocly lint --config redocly.yaml ../../openapi/openapi.yaml
npx --no-install spectral lint --ruleset spectral.yaml --fail-severity hint ../../openapi/openapi.yaml
if ! node yaml2json.mjs ../../openapi/openapi.yaml | cmp -s - ../../openapi/openapi.json; then
	echo "openapi/openapi.json is not what openapi/openapi.yaml says; run 'npm run json' in tests/openapi" >&2
	exit 1
fi
echo "openapi.json is up to date"
