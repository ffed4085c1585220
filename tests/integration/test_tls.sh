#!/bin/sh
# HTTPS by the server itself: what curl and openssl, with a TLS library that is not the server's, say of it.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

# certificate NAME: NAME.pem for localhost, signed by itself, and its key NAME.key
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$1.key" -out "$1.pem" 2>/dev/null
}

certificate first
certificate second
cp first.pem cert.pem
cp first.key key.pem
ok "a certificate without its key is refused" exits 64 "$PHONOND" serve --port 0 --data data --tls-cert cert.pem
ok "with the reason" grep -q 'tls-key go together' err
ok "so is a key of another one" exits 64 "$PHONOND" serve --port 0 --data data --tls-cert cert.pem --tls-key second.key
ok "with the reason" grep -q 'does not belong to' err
ok "and a file that is none" exits 64 "$PHONOND" serve --port 0 --data data --tls-cert /dev/null --tls-key key.pem

"$PHONOND" serve --port 0 --data data --threads 1 --max-body 100000 --tls-cert cert.pem --tls-key key.pem >ready 2>log &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server"; rm -rf "$work"' EXIT
tries=0
until grep -q https ready || [ "$tries" -ge 300 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
url=$(grep -o 'https://[0-9.:]*' ready)
port=${url##*:}
no_proxy='*'
export no_proxy
# Of the last argument that curl gets, the answer's status.
ask() {
	curl -sS --cacert cert.pem -o answer -w '%{http_code}' "$@" 2>curl.err
}

# --- Who is there, and in which versions
ok "an answer by HTTPS" test "$(ask "$url/readyz")" = 200
ok "the certificate is checked" exits 60 curl -sS -o answer "$url/readyz"
ok "TLS 1.3 is spoken" test "$(ask --tlsv1.3 "$url/readyz")" = 200
ok "and TLS 1.2" test "$(ask --tlsv1.2 --tls-max 1.2 "$url/readyz")" = 200
for version in tls1 tls1_1; do
	ok "no $version" sh -c "! openssl s_client -connect 127.0.0.1:$port -$version -cipher 'ALL:@SECLEVEL=0' </dev/null >answer 2>&1"
done
ok "no cipher without forward secrecy" sh -c \
	"! openssl s_client -connect 127.0.0.1:$port -tls1_2 -cipher AES128-SHA:AES128-GCM-SHA256 </dev/null >answer 2>&1"
ok "plain HTTP gets no answer and no wait" exits 52 curl -sS --max-time 5 -o answer "http://127.0.0.1:$port/readyz"
ok "phonond health asks" "$PHONOND" health --port "$port" --tls >answer
ok "also when only the environment says so" env PHONON_TLS_CERT=cert.pem "$PHONOND" health --port "$port" >answer

# --- Files: the library cannot send them with sendfile here
job=$(curl -sS --cacert cert.pem "$url/render?duration=5&sample_rate=96000&subtype=float_32" -H 'Content-Type: text/plain' -H 'Prefer: wait=60' \
	--data-binary 'out $ sine "220 330" * 0.3' | sed 's/.*"id":"\([^"]*\)".*/\/jobs\/\1/')
ok "a file of 4 MB" test "$(ask "$url$job/audio")" = 200
cp answer whole.wav
ok "is the file that was rendered" cmp whole.wav "$(find data/artifacts -name '*.wav')"
ok "a range" test "$(ask -r 1000000-3000000 "$url$job/audio")" = 206
tail -c +1000001 whole.wav | head -c 2000001 >part.wav
ok "has its bytes" cmp answer part.wav
ok "two ranges" test "$(ask -r 0-9,100-199 "$url$job/audio")" = 206
ok "by HEAD nothing but the headers" sh -c "curl -sS -I --cacert cert.pem $url$job/audio | grep -qi '^content-length: $(stat -c %s whole.wav)'"
ok "a client that renders there" env CURL_CA_BUNDLE=cert.pem "$PHONOND" render --duration 5 --sample-rate 96000 --subtype float_32 --server "$url" \
	"$PHONOND_SRCDIR/tests/integration/tls.ph" client.wav
ok "has the same bytes" cmp client.wav whole.wav

# --- Bodies, streams
head -c 90000 /dev/zero | tr '\0' ' ' >blank
cat blank >large.ph
echo 'out $ sine 1' >>large.ph
ok "a body near the limit" test "$(ask -H 'Content-Type: text/plain' --data-binary @large.ph "$url/check")" = 200
cat blank blank >too_large.ph
ok "an announced body over it" test "$(ask -H 'Content-Type: text/plain' --data-binary @too_large.ph "$url/check")" = 413
ok "and one that is not" test "$(ask -H 'Content-Type: text/plain' -H 'Transfer-Encoding: chunked' --data-binary @too_large.ph "$url/check")" = 413
ok "the events of a job" sh -c "curl -sS --max-time 10 --cacert cert.pem $url$job/events 2>/dev/null | grep -q '\"succeeded\"'"
ok "a file while it is rendered" test "$(ask "$url$job/audio?live=1")" = 200
ok "is the same" cmp answer whole.wav

# --- Another certificate
# names: whose certificate the server shows
names() {
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -subject
}
# until_names WHO: waits for it, ten seconds
until_names() {
	tries=0
	until names | grep -q "$1" || [ "$tries" -ge 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	names | grep -q "$1"
}
ok "the first certificate" until_names first
cp second.pem cert.pem
kill -HUP "$server"
sleep 0.3
ok "stays while the files do not fit" until_names first
ok "and the log says why" grep -q 'the certificate stays as it was' log
cp second.key key.pem
kill -HUP "$server"
ok "SIGHUP takes the second" until_names second
ok "and serves with it" test "$(ask "$url/readyz")" = 200
ok "metrics say when it ends" sh -c "curl -sS --cacert cert.pem $url/metrics | grep -q '^phonon_tls_certificate_not_after_seconds [0-9]'"
ok "no key is in the log" sh -c "! grep -q 'PRIVATE KEY' log"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
