#!/bin/sh
# The command line as people and scripts use it: exit codes, messages, pipes, the same bytes under every setting
# that is about speed only.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

sum() { sha256sum <"$1" | cut -d' ' -f1; }
same() { [ -s "$1" ] && [ "$(sum "$1")" = "$(sum "$2")" ]; }
m=$PHONOND_EXAMPLES/m.ph

# --- help, version, usage
ok "version" exits 0 "$PHONOND" --version
ok "version text" grep -q '^phonond [0-9]' out
ok "help" exits 0 "$PHONOND" --help
for command in serve render watch plot check fmt query events keys backup doctor health; do
	ok "help of $command" exits 0 "$PHONOND" $command --help
	ok "help of $command goes to standard output" grep -q "^Usage: phonond $command" out
	ok "help of $command fits a screen" test "$(wc -l <out)" -le 25
	ok "help of $command is 80 wide at most" awk 'length > 80 { exit 1 }' out
done
for page in "$PHONOND_SRCDIR"/docs/phonond*.[1-8]; do
	name=$(basename "$page")
	if command -v man >/dev/null 2>&1; then
		ok "$name is a manual page" sh -c 'MANWIDTH=80 man --warnings -l "$1" >page 2>complaints' sh "$page"
		ok "$name is without a complaint of man" test ! -s complaints
	fi
	if command -v mandoc >/dev/null 2>&1; then
		ok "$name is without a warning of mandoc" mandoc -T lint -W warning "$page"
	fi
	ok "$name is installed" grep -q "^dist_man_MANS.* docs/$name" "$PHONOND_SRCDIR/Makefile.am"
done
for command in serve render watch plot check fmt query events keys backup doctor health; do
	ok "phonond.1 has $command" grep -q "^\.BR* \(phonond \)\{0,1\}\"*$command" "$PHONOND_SRCDIR/docs/phonond.1"
done
"$PHONOND" serve --print-config >settings
while read -r key _; do
	ok "phonond.conf.5 has $key" grep -q "^\.B $key = " "$PHONOND_SRCDIR/docs/phonond.conf.5"
done <settings
"$PHONOND" render --help | grep -oE -e '--[a-z-]+' | sort -u >options
while read -r option; do
	ok "phonond-render.1 has $option" grep -qF -e "$(echo "$option" | sed 's/-/\\-/g')" "$PHONOND_SRCDIR/docs/phonond-render.1"
done <options
awk '/^\.EX/ { on = 1; n++; next } /^\.EE/ { on = 0 } on { gsub(/\\\(ti/, "~"); print >("manual" n ".ph") }' "$PHONOND_SRCDIR/docs/phonond-language.7"
for program in manual*.ph; do
	ok "phonond-language.7: $program" exits 0 "$PHONOND" render -q --cycles 1 "$program" manual.wav
done
ok "no command" exits 64 "$PHONOND"
ok "unknown command" exits 64 "$PHONOND" rendr
ok "unknown option" exits 64 "$PHONOND" render --cylces 4 a b
ok "missing argument" exits 64 "$PHONOND" render "$m"
ok "not a number" exits 64 "$PHONOND" render --cycles four "$m" x.wav
ok "a negative length" exits 64 "$PHONOND" render --cycles=-4 "$m" x.wav
ok "NaN" exits 64 "$PHONOND" render --cycles nan "$m" x.wav
ok "an odd block" exits 64 "$PHONOND" render --block 100 --cycles 1 "$m" x.wav
ok "a sample rate out of range" exits 64 "$PHONOND" render --sample-rate 7999 --cycles 1 "$m" x.wav
ok "an unknown subtype" exits 64 "$PHONOND" render --subtype pcm_17 --cycles 1 "$m" x.wav
ok "nothing was made" test ! -e x.wav

# --- check
echo 'out $ sinne 440' >typo.ph
ok "a typo is a data error" exits 65 "$PHONOND" check typo.ph
ok "it points" grep -q "^typo.ph:1:7: error: " err
ok "it suggests" grep -q "did you mean 'sine'?" err
ok "it draws" grep -q '^ *^~~~~$' err
ok "a good program" exits 0 "$PHONOND" check "$m"
ok "no such file" exits 66 "$PHONOND" check nowhere.ph
for stage in tokens ast graph plan; do
	ok "--dump=$stage" exits 0 "$PHONOND" --dump=$stage "$m"
	ok "--dump=$stage prints" test -s out
done
ok "an unknown stage" exits 64 "$PHONOND" --dump=soup "$m"

# --- fmt
printf 'tempo 2\n# loud\nout = saw(55, 0)\n' >old.ph
printf 'tempo: 2\n-- loud\nout $ saw 55 0\n' >new.ph
ok "fmt --check finds an old form" exits 1 "$PHONOND" fmt --check old.ph
ok "fmt prints the current one" sh -c '"$PHONOND" fmt old.ph | cmp - new.ph'
ok "fmt reads standard input" sh -c '"$PHONOND" fmt - <old.ph | cmp - new.ph'
ok "fmt -i replaces the file" exits 0 "$PHONOND" fmt -i old.ph
ok "fmt -i wrote the current form" cmp old.ph new.ph
ok "fmt --check is content then" exits 0 "$PHONOND" fmt --check old.ph
ok "fmt of a broken program" exits 65 sh -c 'echo "out $ saw 55 +" | "$PHONOND" fmt -'
ok "fmt -i of standard input" exits 64 "$PHONOND" fmt -i -
ok "fmt of no file" exits 66 "$PHONOND" fmt nothing.ph

# --- query
ok "query" exits 0 "$PHONOND" query --cycles 0:1 '"bd(3,8)"'
ok "query prints one line per event" test "$(wc -l <out)" -eq 3
ok "query is exact" grep -q '"3/8","1/2"' out
ok "query with a transform" exits 0 "$PHONOND" query --cycles 0:1 '"a b" $ fast 3'
ok "its events" test "$(wc -l <out)" -eq 6
ok "query far away" exits 0 "$PHONOND" query --cycles 10000000:10000001 '"<a b c>"'
ok "query with an error" exits 65 "$PHONOND" query '"bd(3,"'
ok "query with bad cycles" exits 64 "$PHONOND" query --cycles x:y '"bd"'

# --- events
ok "events" exits 0 "$PHONOND" events --cycles 0:2 "$m"
ok "events come in the order of time" awk -F'[:,]' '$2 < last { bad = 1 } { last = $2 } END { exit bad || NR < 20 }' out
ok "the first one is the kick, from its place in line 2" grep -q '^{"time_s":0,.*"line":2,"column":9,.*"s":"808bd"' out
ok "events of a program with errors" exits 65 "$PHONOND" events typo.ph

# --- render
ok "render" exits 0 "$PHONOND" render "$m" m.wav --cycles 4
ok "8 s of stereo at 44.1 kHz, PCM 16" test "$(soxi -r m.wav) $(soxi -c m.wav) $(soxi -b m.wav) $(soxi -s m.wav)" = "44100 2 16 352800"
ok "not silent" awk "BEGIN { exit !($(sox m.wav -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }') > 0.01) }"
ok "the default length is 10 s" exits 0 "$PHONOND" render "$m" ten.wav
ok "10 s" test "$(soxi -s ten.wav)" -eq 441000
for setting in "--threads 1" "--threads 2" "--threads 7" "--block 64" "--block 4096" "--io=uring" "--io=pwrite" "--sync"; do
	# shellcheck disable=SC2086
	ok "render $setting" exits 0 "$PHONOND" render "$m" s.wav --cycles 4 $setting
	ok "$setting changes no byte" same m.wav s.wav
done
"$PHONOND" render - - --cycles 4 <"$m" >piped.wav 2>err
ok "through pipes" same m.wav piped.wav
ok "the seed matters where there is chance" exits 0 "$PHONOND" render "$PHONOND_EXAMPLES/stepper.ph" a.wav --cycles 2
ok "another seed" exits 0 "$PHONOND" render "$PHONOND_EXAMPLES/stepper.ph" b.wav --cycles 2 --seed 7
ok "other bytes" test "$(sum a.wav)" != "$(sum b.wav)"
for subtype in pcm_16:16 pcm_24:24 float_32:32; do
	ok "subtype $subtype" exits 0 "$PHONOND" render "$m" t.wav --cycles 1 --subtype "${subtype%:*}" --channels 1 --sample-rate 48000
	ok "as asked" test "$(soxi -r t.wav) $(soxi -c t.wav) $(soxi -b t.wav) $(soxi -s t.wav)" = "48000 1 ${subtype#*:} 96000"
	ok "ffprobe reads it" test "$(ffprobe -v error -show_entries stream=sample_rate -of csv=p=0 t.wav)" = 48000
done
ok "a program with errors" exits 65 "$PHONOND" render typo.ph t2.wav
ok "leaves no file" test ! -e t2.wav
ok "OUT cannot be made" exits 73 "$PHONOND" render "$m" /nowhere/x.wav
cp m.wav before.wav
ok "a full disk" exits 74 "$PHONOND" render "$m" /dev/full --cycles 1
ok "quiet" exits 0 "$PHONOND" render -q "$m" q.wav --cycles 1
ok "says nothing" test ! -s err
ok "a sample folder comes first" mkdir -p dirt/bd
sox -n -r 22050 -c 1 dirt/bd/only.wav synth 0.2 sine 880
echo 'out $ s "bd*2"' >beat.ph
ok "with the kit" exits 0 "$PHONOND" render beat.ph kit.wav --cycles 1
ok "with the folder" exits 0 "$PHONOND" render beat.ph dirt.wav --cycles 1 --samples dirt
ok "they differ" test "$(sum kit.wav)" != "$(sum dirt.wav)"
echo 'out $ s "bd" $ loopAt 1' >stretch.ph
ok "a sample of 0.2 s stretched over a cycle of 2 s" exits 0 "$PHONOND" render stretch.ph stretch.wav --cycles 1 --samples dirt
ok "fills the cycle" awk "BEGIN { exit !($(sox stretch.wav -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }') > 0.3) }"
ok "no such folder" exits 66 "$PHONOND" render beat.ph x.wav --cycles 1 --samples nowhere

# --- interruption: an existing file survives, nothing else stays
"$PHONOND" render -q "$m" m.wav --duration 3000 --threads 1 &
render=$!
sleep 0.5
kill -INT "$render"
wait "$render"
ok "interrupted" test $? -eq 75
ok "what was there is there" same before.wav m.wav
ok "nothing else stays" test -z "$(find . -name '*.part*')"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
