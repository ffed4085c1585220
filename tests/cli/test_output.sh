#!/bin/sh
# What `phonond render` makes, judged by tools that share no code with it: ffmpeg and sox.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

is_true() { awk "BEGIN { exit !($1) }"; }
is_near() { is_true "($1) - ($2) <= $3 && ($2) - ($1) <= $3"; }

# ebur128 FILE: sets loudness and peak to what ffmpeg measures
ebur128() {
	ffmpeg -hide_banner -nostats -i "$1" -af ebur128=peak=true:framelog=verbose -f null - 2>report
	loudness=$(awk '/^ *I:/ { found = $2 } END { print found }' report)
	peak=$(awk '/^ *Peak:/ { found = $2 } END { print found }' report)
}

m=$PHONOND_EXAMPLES/m.ph

# --- formats
for format in wav:pcm_s16le flac:flac ogg:vorbis opus:opus; do
	file=a.${format%:*}
	ok "the ending of $file is its format" exits 0 "$PHONOND" render "$m" "$file" --cycles 2
	ok "ffprobe sees ${format#*:}" test \
		"$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$file")" = "${format#*:}"
	ok "ffmpeg decodes it without a complaint" test -z "$(ffmpeg -v error -i "$file" -f null - 2>&1)"
	ok "of 4 s" is_near "$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$file")" 4 0.03
	name=${format%:*}
	[ "$name" != ogg ] || name=vorbis
	ok "the same bytes through a pipe" sh -c \
		"'$PHONOND' render -q --threads 1 --block 64 '$m' - --cycles 2 --format $name | cmp -s - $file"
done
ffmpeg -v error -i a.flac -f s16le a.raw && ffmpeg -v error -i a.wav -f s16le b.raw
ok "FLAC holds the samples of the WAV" cmp a.raw b.raw
ok "192 kHz" exits 0 "$PHONOND" render "$m" fast.flac --duration 0.5 --sample-rate 192000 --subtype pcm_24
ok "as asked" test "$(ffprobe -v error -show_entries stream=sample_rate,bits_per_raw_sample -of csv=p=0 fast.flac)" = 192000,24

# --- stems in one file
printf 'o1 $ s "bd*4"\no2 $ saw 55 # gain 0.3\no3 $ sine 440\n' >three.ph
for subtype in pcm_16 pcm_24 float_32; do
	ok "stems in one file" exits 0 "$PHONOND" render -q three.ph mix.wav --duration 1 --subtype $subtype --stems all.wav
	ok "with the channels of all" test \
		"$(ffprobe -v error -show_entries stream=channels,duration -of csv=p=0 all.wav)" = 6,1.000000
	"$PHONOND" render -q three.ph again.wav --duration 1 --subtype $subtype --stems each
	ok "the mix is the same" cmp mix.wav again.wav
	for n in 1 2 3; do
		sox -D all.wav -t f32 wide.raw remix $((2 * n - 1)) $((2 * n))
		sox -D each/o$n.wav -t f32 one.raw
		ok "stem $n" cmp wide.raw one.raw
	done
done
ok "no parts are left" test -z "$(find . -name 'all.wav-*' -o -name '*.part-*')"
ok "stems in one FLAC" exits 64 "$PHONOND" render three.ph x.flac --stems all.wav

# --- windows
ok "a window" exits 0 "$PHONOND" render -q "$m" window.wav --from-cycle 4/3 --to-cycle 1.5 --limiter -3
ok "a render that ends where it does" exits 0 "$PHONOND" render -q "$m" whole.wav --cycles 1.5 --limiter -3
tail -c +45 window.wav >window.raw
tail -c "$(stat -c %s window.raw)" whole.wav >end.raw
ok "ends with it" cmp window.raw end.raw
ok "a window behind the end" exits 64 "$PHONOND" render "$m" x.wav --from-cycle 2 --to-cycle 1
ok "no cycle" exits 64 "$PHONOND" render "$m" x.wav --from-cycle soon

# --- what does not go together
ok "an unknown format" exits 64 "$PHONOND" render "$m" x.wav --format mp3
ok "says which there are" grep -q "takes wav, flac, vorbis or opus, found 'mp3'" err
ok "a rate that Opus has not" exits 64 "$PHONOND" render "$m" x.opus --sample-rate 44100
ok "says which there are" grep -q "must be 8000, 12000, 16000, 24000 or 48000 for opus" err
ok "floats in FLAC" exits 64 "$PHONOND" render "$m" x.flac --subtype float_32
ok "a subtype of Vorbis" exits 64 "$PHONOND" render "$m" x.ogg --subtype pcm_16
ok "a quality of WAV" exits 64 "$PHONOND" render "$m" x.wav --quality 5
ok "a target without normalize" exits 64 "$PHONOND" render "$m" x.wav --normalize-to -14
ok "a ceiling above full scale" exits 64 "$PHONOND" render "$m" x.wav --limiter 1
ok "a tail that is too long" exits 64 "$PHONOND" render "$m" x.wav --tail 601
ok "no file is made" test -z "$(find . -name 'x.*')"

# --- levels
for target in -23 -14 -10; do
	ok "normalize to $target LUFS" exits 0 "$PHONOND" render "$m" n.wav --cycles 4 --normalize loudness \
		--normalize-to=$target --limiter=-1 --subtype float_32
	ebur128 n.wav
	ok "ffmpeg measures $loudness" is_near "$loudness" $target 0.1
	ok "and a true peak of $peak" is_true "$peak <= -0.95"
done
ok "a limiter alone" exits 0 "$PHONOND" render "$m" l.wav --cycles 4 --gain 8 --limiter=-6
ebur128 l.wav
ok "holds -6 dBTP: $peak" is_true "$peak <= -5.95 && $peak >= -6.3"
ok "nothing is clipped" grep -q " 0 clipped frames" err
ok "normalize the peak" exits 0 "$PHONOND" render "$m" p.wav --cycles 4 --normalize peak --normalize-to=-3
ebur128 p.wav
ok "to -3 dBTP: $peak" is_near "$peak" -3 0.1
ok "what it reports" exits 0 "$PHONOND" render "$m" r.wav --cycles 4
ebur128 r.wav
reported=$(sed 's/.*loudness \([-0-9.]*\) LUFS.*/\1/' err)
ok "is what ffmpeg measures: $reported, $loudness" is_near "$reported" "$loudness" 0.1
reported=$(sed 's/.*true peak \([-0-9.]*\) dBTP.*/\1/' err)
ok "for the true peak too: $reported, $peak" is_near "$reported" "$peak" 0.2

# --- memory: that of an hour is that of a second, with the spool too
resident() { # resident COMMAND...: the most memory it held, in KiB
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
echo 'out $ sine 440 * 0.2' >sine.ph
few=$(resident "$PHONOND" render -q sine.ph few.wav -t 2 --duration 1 --normalize loudness --limiter=-1)
many=$(resident "$PHONOND" render -q sine.ph many.wav -t 2 --duration 90 --normalize loudness --limiter=-1)
room=4096 # the spool has 31 MiB
# ThreadSanitizer keeps four bytes of shadow for each byte of the program.
if grep -q __tsan_init "$PHONOND"; then room=$((5 * room)); fi
ok "90 s need $many KiB, 1 s needs $few" is_true "$many - $few < $room"

# --- stems
printf 'o1 $ s "bd*4"\no2 $ saw "55 82.5" # lpf 800 # gain 0.3\n' >two.ph
ok "stems" exits 0 "$PHONOND" render two.ph two.wav --cycles 1 --subtype float_32 --stems stems
ok "one file each" test "$(cd stems && echo *)" = "o1.wav o2.wav"
rest=$(sox -m -v 1 stems/o1.wav -v 1 stems/o2.wav -v -1 two.wav -n stat 2>&1 | awk '/Maximum amplitude/ { print $3 }')
ok "their sum is the mix, as far as sox can tell: $rest" is_true "$rest < 0.0000003"
ok "stems of a program with errors" exits 65 sh -c "echo 'out \$ sinne' | '$PHONOND' render - y.wav --stems none"
ok "make no folder" test ! -e none
mkdir -p blocked/o1.wav
ok "a stem that cannot be made" exits 73 "$PHONOND" render two.ph z.wav --cycles 1 --stems blocked
ok "nothing else stays" test -z "$(find . -name '*.part*')"

# --- tails
printf 'out $ s "bd" # delay 0.3 0.5 0.5\n' >echo.ph
ok "an automatic tail" exits 0 "$PHONOND" render echo.ph auto.wav --cycles 1 --tail auto --subtype float_32
ok "the same with all of it" exits 0 "$PHONOND" render echo.ph long.wav --cycles 1 --tail 20 --subtype float_32
frames=$(soxi -s auto.wav)
ok "is longer than the program" test "$frames" -gt 88200
level=$(sox long.wav -n trim "${frames}s" stat 2>&1 | awk '/Maximum amplitude/ { print $3 }')
ok "behind it all is below -90 dB: $level" is_true "$level < 0.0000317"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
