#!/bin/sh
# Are the manifests in deploy/kubernetes what the API of Kubernetes takes? Each document becomes a constant of the type that
# its kind has, in the types made from the API's own description; a field that is missing, misspelt or of another type does not
# compile. Needs `npm ci` in this folder before.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "$here/manifests.XXXXXX")
trap 'rm -rf "$work"' EXIT

python3 - "$here/../../deploy/kubernetes" >"$work/manifests.ts" <<'PY'
import glob, json, sys, yaml
groups = {"v1": "core/v1", "apps/v1": "apps/v1", "batch/v1": "batch/v1"}
documents = [d for path in sorted(glob.glob(sys.argv[1] + "/*.yaml")) for d in yaml.safe_load_all(open(path))]
assert len(documents) > 3
for i, d in enumerate(documents):
    print(f'import type {{ {d["kind"]} as Kind{i} }} from "kubernetes-types/{groups[d["apiVersion"]]}";')
    print(f"export const document{i}: Kind{i} = {json.dumps(d)};")
PY
"$here/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler "$work/manifests.ts"
