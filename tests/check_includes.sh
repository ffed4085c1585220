#!/bin/sh
# The layers and doors of docs/ARCHITECTURE.md as a table, checked against every #include of the product.
# Prints one line per violation and ends with the counts.
set -u
cd "${PHONOND_SRCDIR:-.}" || exit 1
passed=0
failed=0

# files_matching PATTERN FOLDER...: source lines that include something matching PATTERN
includes() {
	pattern=$1
	shift
	grep -rnE --include='*.c' --include='*.h' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$@"
}

# forbid WHY PATTERN FOLDER...
forbid() {
	why=$1
	shift
	if found=$(includes "$@"); then
		echo "violation: $why"
		echo "$found"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

# only DOOR... may include PATTERN: only WHY PATTERN DOOR-REGEX
only() {
	found=$(includes "$2" base render queue storage server | grep -vE "^($3)")
	if [ -n "$found" ]; then
		echo "violation: $1"
		echo "$found"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

forbid "base/ sees nobody" '(render|queue|storage|server)/' base
forbid "render/ sees only base/" '(queue|storage|server)/' render
forbid "storage/ sees only base/" '(render|queue|server)/' storage
forbid "queue/ sees storage/ and base/" '(render|server)/' queue
only "render/render.h is the door of render/" 'render/[a-z]+/|render/compile\.h' 'render/'
only "storage/storage.h is the door of storage/" 'storage/([^s]|s[^t]|st[^o]|sto[^r]|stor[^a]|stora[^g]|storag[^e]|storage[^.])' 'storage/'
only "queue/queue.h is the door of queue/" 'queue/([^q]|q[^u]|qu[^e]|que[^u]|queu[^e]|queue[^.])' 'queue/'
only "libmicrohttpd is behind server/http*.c" 'microhttpd\.h' 'server/http'
only "jansson is in server/" 'jansson\.h' 'server/'
only "libcurl is behind server/curl_library.h" 'curl/' 'server/curl_library'
only "libseccomp is behind server/sandbox.c" 'seccomp\.h' 'server/sandbox'
only "zlib is behind server/inflate.c" 'zlib\.h' 'server/inflate'
only "libpng is behind server/plot_png.c" 'png\.h' 'server/plot_png'
only "SQLite is in storage/" 'sqlite3\.h' 'storage/'
only "liburing is behind storage/uring.c" 'liburing\.h' 'storage/uring'
only "libsndfile is in render/io/" 'sndfile\.h' 'render/io/'
only "nettle is behind base/hash.h" 'nettle/' 'base/hash'
only "libsamplerate is in render/io/" 'samplerate\.h' 'render/io/'
forbid "kernels know nothing of the language" 'render/(lang|engine|graph|io)/' render/dsp
forbid "patterns know nothing of the rest" 'render/(lang|engine|graph|io|dsp)/' render/pattern

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
