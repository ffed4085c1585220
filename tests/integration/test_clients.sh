#!/bin/sh
# Downloads by programs that share no code with the server: curl that goes on where it was cut off, aria2c with sixteen connections, ffprobe and
# ffmpeg that seek over HTTP. All must have the same bytes.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

"$PHONOND" serve --port 0 --data data --threads 1 --log-level info >ready 2>log &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server"; rm -rf "$work"' EXIT
tries=0
until grep -q http ready || [ "$tries" -ge 300 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
url=$(grep -o 'http://[0-9.:]*' ready)
no_proxy='*'
export no_proxy

# submit OPTIONS: the job's path
submit() {
	curl -sS "$url/render?$1" -H 'Content-Type: text/plain' -H "Prefer: wait=${2:-60}" --data-binary \
		'out $ sine "220 330" * 0.3' | sed 's/.*"id":"\([^"]*\)".*/\/jobs\/\1/'
}

job=$(submit 'duration=25&sample_rate=96000&subtype=float_32')
ok "a file of 19 MB" curl -sS -f -o whole.wav "$url$job/audio"
ok "is that large" test "$(stat -c %s whole.wav)" -gt 19000000

# --- curl, cut off in the middle and going on
head -c 5000001 whole.wav >part.wav
ok "curl goes on" curl -sS -f -C - -o part.wav "$url$job/audio"
ok "to the same bytes" cmp part.wav whole.wav
curl -sS -f --limit-rate 8M -o killed.wav "$url$job/audio" &
curl=$!
sleep 0.5
kill -9 "$curl"
wait "$curl" 2>/dev/null
ok "a killed curl had a part" test "$(stat -c %s killed.wav)" -lt "$(stat -c %s whole.wav)"
ok "and goes on" curl -sS -f -C - -o killed.wav "$url$job/audio"
ok "to the same bytes" cmp killed.wav whole.wav

# --- aria2c: pieces of a megabyte over sixteen connections
ok "aria2c -x16" aria2c -q -x16 -s16 -k1M --file-allocation=none -o pieces.wav "$url$job/audio"
ok "has the same bytes" cmp pieces.wav whole.wav
ok "of several answers" test "$(grep -c '"status":"*206' log)" -ge 10

# --- ffprobe and ffmpeg
ok "ffprobe over HTTP" test "$(ffprobe -v error -show_entries format=format_name,duration -of csv=p=0 "$url$job/audio")" = \
	wav,25.000000
ffmpeg -v error -ss 17.5 -i "$url$job/audio" -t 0.5 -f f32le -y remote.raw
ffmpeg -v error -ss 17.5 -i whole.wav -t 0.5 -f f32le -y local.raw
ok "ffmpeg seeks over HTTP" cmp remote.raw local.raw
ok "and gets half a second" test "$(stat -c %s remote.raw)" -eq 384000
flac=$(submit 'duration=25&format=flac')
curl -sS -f -o whole.flac "$url$flac/audio"
ffmpeg -v error -ss 12 -i "$url$flac/audio" -t 0.5 -f s16le -y remote.raw
ffmpeg -v error -ss 12 -i whole.flac -t 0.5 -f s16le -y local.raw
ok "in FLAC too" cmp remote.raw local.raw

# --- while it is rendered
job=$(submit 'duration=120&seed=7' 0)
ok "curl listens" curl -sS -f -o live.wav "$url$job/audio?live=1"
curl -sS -f -H 'Prefer: wait=60' -o after.wav "$url$job/audio"
ok "and has the file" cmp live.wav after.wav

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
