#!/bin/sh
# Many programs at once, results for scripts, renders at a server, watching: what `phonond render` does beyond one file.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

sum() { sha256sum <"$1" | cut -d' ' -f1; }
same() { [ -s "$1" ] && [ "$(sum "$1")" = "$(sum "$2")" ]; }
member() { python3 -c 'import json, sys
found = json.loads(sys.argv[1])
for name in sys.argv[2].split("."):
    found = found[int(name) if isinstance(found, list) else name]
print(found)' "$@"; }
soon() { # soon COMMAND...: within ten seconds it succeeds
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || return 1
		sleep 0.05
	done
}

echo 'out $ s "bd*4" # gain 0.8' >beat.ph
echo 'o1 $ sine 220 * 0.3
o2 $ saw 110 * 0.1' >tone.ph
echo 'out $ sinne 440' >typo.ph
for name in beat tone; do "$PHONOND" render -q $name.ph $name.wav --cycles 1; done

# --- a folder of them
ok "many" exits 0 "$PHONOND" render --out-dir made --cycles 1 beat.ph tone.ph
ok "each as alone" same beat.wav made/beat.wav
ok "and the other" same tone.wav made/tone.wav
ok "a line for each" test "$(grep -c 'x real time$' err)" -eq 2
ok "one at a time" exits 0 "$PHONOND" render -o made1 -j 1 --cycles 1 beat.ph tone.ph
ok "changes nothing" same tone.wav made1/tone.wav
ok "another format" exits 0 "$PHONOND" render -o made --format flac --cycles 1 beat.ph
ok "has its ending" test -s made/beat.flac
ok "standard input" sh -c '"$PHONOND" render -q -o made --cycles 1 - <beat.ph'
ok "is called so" same beat.wav made/stdin.wav
ok "stems" exits 0 "$PHONOND" render -q -o made --stems stems --cycles 1 beat.ph tone.ph
ok "of each in its folder" test "$(cd stems && echo */*)" = "beat/out.wav tone/o1.wav tone/o2.wav"
ok "one is wrong" exits 65 "$PHONOND" render -o some -j 1 --cycles 1 beat.ph typo.ph tone.ph
ok "it is told where" grep -q '^typo.ph:1:7: error: ' err
ok "the others are made" test "$(cd some && echo *)" = "beat.wav tone.wav"
mkdir sub && cp beat.ph sub
ok "two of one name" exits 64 "$PHONOND" render -o twice beat.ph sub/beat.ph
ok "says which" grep -q "'beat.ph' and 'sub/beat.ph' would both be 'twice/beat.wav'" err
ok "a glob without a folder" exits 64 "$PHONOND" render beat.ph tone.ph
ok "does not write over programs" grep -q sine tone.ph
ok "no programs" exits 64 "$PHONOND" render -o made
ok "no such program" exits 66 "$PHONOND" render -o made nothing.ph
ok "a folder that cannot be made" exits 73 "$PHONOND" render -o /nowhere/made beat.ph

# --- results for scripts
ok "--json" exits 65 "$PHONOND" render --json -j 1 -o made --cycles 1 tone.ph typo.ph
good=$(sed -n 1p out)
bad=$(sed -n 2p out)
ok "a line each" test "$(wc -l <out)" -eq 2
ok "nothing for people" test ! -s err
ok "the file" test "$(member "$good" output) $(member "$good" result.sha256)" = "made/tone.wav $(sum tone.wav)"
ok "its state" test "$(member "$good" state) $(member "$bad" state)" = "succeeded failed"
ok "the status" test "$(member "$bad" exit_status)" -eq 65
ok "the place" test "$(member "$bad" error.errors.0.source.column)" -eq 7
ok "--json and the sound" exits 64 "$PHONOND" render --json beat.ph -
ok "plain lines, no bar" sh -c '"$PHONOND" render -o made --cycles 1 beat.ph 2>&1 | grep -qv "\\[#"'

# --- at a server
"$PHONOND" serve --port 0 --data data --log-level error >serve.out 2>serve.err &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server"; rm -rf "$work"' EXIT
ok "a server" soon grep -q listening serve.out
url=$(sed 's/.* //' serve.out)
ok "renders at it" exits 0 "$PHONOND" render --server "$url" -o far --cycles 1 beat.ph tone.ph
ok "the same bytes" same beat.wav far/beat.wav
ok "and the other" same tone.wav far/tone.wav
ok "the same stems" exits 0 "$PHONOND" render -q --server "$url/" --stems farstems --cycles 1 tone.ph t.wav
ok "of the second output" same stems/tone/o2.wav farstems/o2.wav
ok "options go along" exits 0 "$PHONOND" render -q --server "$url" --cycles 1 --seed 3 --fade-out 0.5 --tail 1 tone.ph faded.flac
"$PHONOND" render -q --cycles 1 --seed 3 --fade-out 0.5 --tail 1 tone.ph here.flac
ok "to the same file" same here.flac faded.flac
ok "to standard output" sh -c '"$PHONOND" render -q --server "$1" --cycles 1 beat.ph - | cmp - beat.wav' sh "$url"
ok "results" exits 0 "$PHONOND" render --json --server "$url" -o far --cycles 1 tone.ph
ok "say what came" test "$(member "$(cat out)" result.sha256)" = "$(sum tone.wav)"
ok "a mistake is found before" exits 65 "$PHONOND" render --server "$url" typo.ph x.wav
ok "at its place" grep -q '^typo.ph:1:7: error: ' err
echo 'out $ s "no_such_sample_here"' >unknown.ph
"$PHONOND" render -q unknown.ph x.wav --cycles 1 2>here.err
here=$?
ok "what only the server knows" exits $here "$PHONOND" render -q --server "$url" unknown.ph y.wav --cycles 1
ok "is said alike" test "$(grep -c unknown.ph:1: err)" = "$(grep -c unknown.ph:1: here.err)"
ok "samples of here" exits 64 "$PHONOND" render --server "$url" --samples . beat.ph x.wav
ok "too long for it" exits 65 "$PHONOND" render --server "$url" --duration 360000 beat.ph x.wav
ok "nobody there" exits 69 "$PHONOND" render --server http://127.0.0.1:9 beat.ph x.wav
ok "no phonond there" exits 69 "$PHONOND" render --server "$url/livez" beat.ph x.wav
"$PHONOND" render -q --server "$url" beat.ph long.wav --duration 3500 --format flac &
render=$!
ok "a long one runs" soon sh -c "curl -s '$url/jobs?state=running' | grep -q job_"
kill -INT "$render"
wait "$render"
ok "interrupted" test $? -eq 75
ok "cancels the job" soon sh -c "curl -s '$url/jobs?state=canceled' | grep -q job_"
ok "no file of it" test ! -e long.wav
ok "a key" exits 0 "$PHONOND" keys create --data data --scopes read,render
key=$(cat out)
# A server looks for the first key every now and then.
without_key() { exits 77 "$PHONOND" render -q --server "$url" beat.ph x.wav --cycles 1; }
ok "without a key" soon without_key
ok "with a key" exits 0 "$PHONOND" render -q --server "$url" --key "$key" beat.ph x.wav --cycles 1
ok "in the environment" env PHONOND_API_KEY="$key" "$PHONOND" render -q --server "$url" beat.ph x.wav --cycles 1
ok "no parts stay" test -z "$(find . -name '*.part*' -not -path './data/*')"

# --- at something that is not what it says
mkdir here
for case in digest:74 stem:69 busy:75 text:69; do
	rm -f false.out
	python3 "$PHONOND_SRCDIR/tests/cli/false_server.py" ${case%:*} >false.out 2>&1 &
	false_server=$!
	soon test -s false.out
	ok "a server with a false ${case%:*}" exits ${case#*:} "$PHONOND" render -q --server "$(cat false.out)" --stems here/there beat.ph false.wav
	ok "leaves nothing" test -z "$(find . -name 'false.wav*' -o -name 'stolen*')"
	kill "$false_server"
done

# --- watching
cp beat.ph live.ph
"$PHONOND" watch live.ph --cycles 1 2>watch.err &
watch=$!
ok "watch renders" soon same beat.wav live.wav
cp tone.ph live.ph
ok "and again" soon same tone.wav live.wav
cp beat.ph new.ph && mv new.ph live.ph
ok "also when an editor renames" soon same beat.wav live.wav
cp typo.ph live.ph
ok "tells of mistakes" soon grep -q '^live.ph:1:7: error: ' watch.err
ok "keeps the last sound" same beat.wav live.wav
cp tone.ph live.ph
ok "and goes on" soon same tone.wav live.wav
kill -INT "$watch"
wait "$watch"
ok "until Ctrl-C" test $? -eq 0
ok "watch nothing" exits 66 "$PHONOND" watch nothing.ph
ok "watch the output" exits 64 "$PHONOND" watch live.ph live.ph

# --- pictures
if command -v file >/dev/null; then
	ok "plot to PNG" exits 0 "$PHONOND" plot tone.ph tone.png --cycles 1 --width 400 --height 160
	ok "is one" sh -c 'file tone.png | grep -q "PNG image data, 400 x 568, 8-bit/color RGB"'
fi
ok "plot to SVG" exits 0 "$PHONOND" plot beat.ph beat.svg --cycles 2 --width 400 --height 160
ok "is XML" python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("beat.svg")'
ok "has its events" test "$(grep -c '<rect' beat.svg)" -ge 10
ok "names them" grep -q '>bd</text>' beat.svg
ok "plot of an audio file" exits 0 "$PHONOND" plot beat.wav wave.svg --show waveform
ok "it has no events" exits 64 "$PHONOND" plot beat.wav wave.svg --show events
ok "nor other formats" exits 64 "$PHONOND" plot beat.ph beat.gif
ok "plot of a mistake" exits 65 "$PHONOND" plot typo.ph typo.png
ok "leaves no picture" test ! -e typo.png

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
