#!/bin/sh
# Everything in the documents that a reader may type, or copy, is run as it stands, a document after the other, each in a folder of its
# own with examples/ beside it and a server with an empty data folder. Only ports and the data folder are others, what plays sound
# plays none, and a server that a document starts is stopped again once it serves.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

# The program has its own tests under the sanitizers.
if grep -qE '__(asan|tsan)_init' "$PHONOND"; then
	echo "0 passed, 0 failed"
	exit 0
fi

mkdir bin
ln -s "$(realpath "$PHONOND")" bin/phonond
printf '#!/bin/sh\ncat >/dev/null\n' >bin/aplay
chmod +x bin/aplay
cat >serve_once <<'END'
phonond() {
	case "$*" in
	serve*--print-config*) command phonond "$@" ;;
	serve*) serve_once "$@" ;;
	*) command phonond "$@" ;;
	esac
}
serve_once() {
	command phonond "$@" --port 0 >served 2>/dev/null &
	served=$!
	for try in 1 2 3 4 5 6 7 8 9 10; do
		grep -qs listening served && break
		sleep 0.3
	done
	kill "$served"
	wait "$served"
	grep -q listening served
}
END
# A request that is refused is a mistake of the document.
echo fail-with-body >.curlrc
PATH=$work/bin:$PATH CURL_HOME=$work
export PATH CURL_HOME

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# start_server FOLDER: sets server and port
start_server() {
	"$PHONOND" serve --port 0 --data "$1/data" --log-level error --webhook-allow 127.0.0.1/32 >"$1/serve.out" 2>"$1/serve.err" &
	server=$!
	tries=0
	until grep -qs listening "$1/serve.out" || [ "$tries" -ge 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	port=$(sed 's/.*://' "$1/serve.out")
}

# follow DOCUMENT: what a reader does
follow() {
	mkdir "$work/there"
	start_server "$work/there"
	mkdir "$work/here"
	cp -r "$PHONOND_EXAMPLES" "$work/here/examples"
	{
		printf 'set -eu\nat() { where=$*; }\ntrap %s EXIT\n' "'[ \"\$where\" = \"the end\" ] || echo \"  \$where failed\" >&2'"
		cat serve_once
		awk -f "$PHONOND_SRCDIR/tests/docs/blocks.awk" "$1" | sed "s,/var/lib/phonond,$work/here/data,g; s/localhost:8080/127.0.0.1:$port/g; s/127\.0\.0\.1:8080/127.0.0.1:$port/g; s/9000/$(free_port)/g"
	} >"$work/script"
	(cd "$work/here" && timeout 60 sh "$work/script") >out 2>err </dev/null
	status=$?
	kill "$server" && wait "$server"
	[ "$status" -eq 0 ] || tail -n 8 err
	rm -rf "$work/here" "$work/there"
	[ "$status" -eq 0 ]
}

for document in README.md docs/TUTORIAL.md docs/API.md docs/OPERATIONS.md docs/SECURITY.md docs/PERFORMANCE.md docs/COMPARISON.md; do
	[ -f "$PHONOND_SRCDIR/$document" ] || continue
	ok "$document is right" follow "$PHONOND_SRCDIR/$document"
done

# A link of a document leads to a file.
for document in "$PHONOND_SRCDIR"/README.md "$PHONOND_SRCDIR"/docs/*.md; do
	folder=$(dirname "$document")
	for target in $(grep -oE '\]\([^)# ]+' "$document" | cut -c3- | grep -E '\.[a-z]+$|/$' | grep -vE '^[a-z]+:' | sort -u); do
		ok "$(basename "$document") leads to $target" test -e "$folder/$target"
	done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
