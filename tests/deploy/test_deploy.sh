#!/bin/sh
# What deploy/ and the files for containers and packages say: well-formed, of one mind with the program, and the profile of
# system calls is enough for a server with io_uring.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

soon() { # soon COMMAND...: within ten seconds it succeeds
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || return 1
		sleep 0.05
	done
}

# --- well-formed
ok "seccomp.json is JSON" python3 -m json.tool "$PHONOND_SRCDIR/deploy/seccomp.json" /dev/null
if python3 -c 'import yaml' 2>/dev/null; then
	for file in compose.yaml deploy/kubernetes/server.yaml deploy/kubernetes/render.yaml; do
		ok "$file is YAML" python3 -c 'import sys, yaml
documents = list(yaml.safe_load_all(open(sys.argv[1])))
assert documents and all(isinstance(d, dict) for d in documents)' "$PHONOND_SRCDIR/$file"
	done
	ok "the manifests are what Kubernetes reads" python3 - "$PHONOND_SRCDIR/deploy/kubernetes" <<'PY'
import glob, sys, yaml
for path in glob.glob(sys.argv[1] + "/*.yaml"):
    for d in yaml.safe_load_all(open(path)):
        assert d["apiVersion"] and d["kind"] and d["metadata"]["name"], path
        template = d.get("spec", {}).get("template") or d.get("spec", {}).get("jobTemplate", {}).get("spec", {}).get("template")
        if not template:
            continue
        pod = template["spec"]
        volumes = {v["name"] for v in pod.get("volumes", []) + [c["metadata"] for c in d["spec"].get("volumeClaimTemplates", [])]}
        assert pod["securityContext"]["runAsNonRoot"], path
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] and container["resources"]["limits"], path
            assert {m["name"] for m in container["volumeMounts"]} <= volumes, path
PY
fi
ok "the sample of a configuration is one" exits 0 "$PHONOND" serve --print-config --config "$PHONOND_SRCDIR/deploy/phonond.conf"
sed 's/^#\([a-z]\)/\1/' "$PHONOND_SRCDIR/deploy/phonond.conf" >all.conf
ok "and so is all that it leaves out" exits 0 "$PHONOND" serve --print-config --config all.conf
if command -v systemd-analyze >/dev/null 2>&1; then
	sed "s,/usr/bin/phonond,$(realpath "$PHONOND")," "$PHONOND_SRCDIR/deploy/phonond.service" >phonond.service
	ok "systemd takes the unit" exits 0 systemd-analyze verify --man=no ./phonond.service
	ok "without a remark" test ! -s err
fi

# --- of one mind with the program
ok "the image starts a server" sh -c "'$PHONOND' serve --print-config --listen=0.0.0.0 --no-auth --data=/data | grep -q '^data = /data'"
ok "with the options that the Dockerfile has" sh -c "sed -n 's/^CMD //p' '$PHONOND_SRCDIR/Dockerfile' | grep -qF '[\"serve\", \"--listen=0.0.0.0\", \"--no-auth\", \"--data=/data\"]'"
# shellcheck disable=SC1091 # its lists are used
. "$PHONOND_SRCDIR/packages.sh"
for package in $BUILD_PACKAGES; do
	[ "$package" = curl ] || ok "the Dockerfile installs $package" grep -qw -e "$package" "$PHONOND_SRCDIR/Dockerfile"
	case $package in
	*-dev) [ "$package" = libc6-dev ] || ok "debian/control wants $package" grep -qw -e "$package" "$PHONOND_SRCDIR/debian/control" ;;
	esac
done

# --- under the profile
confine="python3 $PHONOND_SRCDIR/tests/deploy/confine.py $PHONOND_SRCDIR/deploy/seccomp.json"
if ! grep -qE '__(asan|tsan)_init' "$PHONOND" && $confine true 2>/dev/null; then
	ok "the profile refuses what it does not list" sh -c "! $confine unshare true 2>/dev/null"
	$confine "$PHONOND" serve --port 0 --data data --log-format json >serve.out 2>serve.err &
	server=$!
	trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
	ok "a server starts" soon grep -q listening serve.out
	url=$(sed 's/.* //' serve.out)
	# io_uring_setup with no entries: EINVAL where it may be called at all.
	if python3 -c 'import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(425, 0, 0)
sys.exit(ctypes.get_errno() != 14 and ctypes.get_errno() != 22)'; then
		ok "with io_uring" test -z "$(grep -i 'io_uring' serve.err | grep -i warn)"
	fi
	ok "is healthy" exits 0 "$PHONOND" health --port "${url##*:}"
	ok "renders" exits 0 "$PHONOND" render -q --server "$url" --cycles 2 --stems stems --normalize peak "$PHONOND_EXAMPLES/m.ph" far.flac
	"$PHONOND" render -q --cycles 2 --stems here --normalize peak "$PHONOND_EXAMPLES/m.ph" here.flac
	ok "the same bytes" cmp here.flac far.flac
	kill -TERM "$server"
	wait "$server"
	ok "and drains" test $? -eq 0
	ok "the command line too" exits 0 $confine "$PHONOND" render -q --cycles 2 --stems again --normalize peak "$PHONOND_EXAMPLES/m.ph" again.flac
	ok "with the same bytes" cmp here.flac again.flac
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
