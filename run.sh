#!/bin/sh
# Installs what is missing, builds, starts the server on 127.0.0.1:8080, renders examples/m.ph through it and
# leaves the server running until Ctrl-C. With --once it ends after the WAV.
#
#   PHONOND_PORT   another port            PHONOND_DATA   another data folder (default ./data)
set -eu
cd "$(dirname "$0")"
. ./packages.sh

once=no
case ${1-} in
'') ;;
--once) once=yes ;;
*)
	echo "Usage: ./run.sh [--once]" >&2
	exit 64
	;;
esac

port=${PHONOND_PORT-8080}
data=${PHONOND_DATA-$PWD/data}
url=http://127.0.0.1:$port
wav=$PWD/m.wav

# shellcheck disable=SC2086
ensure_packages $BUILD_PACKAGES $WEB_PACKAGES
echo "Building in build/ ..."
build_page || echo "The page could not be built; going on without it." >&2
build_tree build

if curl -s -o /dev/null --max-time 2 "$url/livez"; then
	echo "Something already answers on $url. Stop it, or choose another port: PHONOND_PORT=8081 ./run.sh" >&2
	exit 69
fi
./build/phonond serve --port "$port" --data "$data" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tries=0
until curl -s -f -o /dev/null --max-time 2 "$url/readyz"; do
	tries=$((tries + 1))
	if ! kill -0 "$server" 2>/dev/null || [ "$tries" -gt 100 ]; then
		echo "The server did not start; its messages are above." >&2
		exit 69
	fi
	sleep 0.1
done

echo "Rendering examples/m.ph ..."
curl -sS --fail-with-body --data-binary @examples/m.ph -H 'Accept: audio/wav' -H 'Prefer: wait=60' \
	"$url/render?cycles=4" -o "$wav"

cat <<TXT

The sound is here: $wav

The page is at $url, the server's data in $data. To go on:
  curl --data-binary 'out \$ s "bd*4, ~ sn"' -H 'Accept: audio/wav' '$url/render?cycles=2' -o beat.wav
  curl $url/jobs
  curl --data-binary 'out \$ sinne 440' $url/check
  ./build/phonond render examples/m.ph m2.wav --cycles 4
TXT
[ "$once" = no ] || exit 0
echo "Ctrl-C stops it."
wait "$server"
