# YouTube's and Facebook's addresses, with a test's certificate authority and name resolution: TLS is verified, and the key is
# where the service wants it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test-ca -days 2 -keyout ca.key -out ca.pem 2>/dev/null
certificate() { # certificate NAME HOST
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile <(echo "subjectAltName=DNS:$2") \
    -out "$1.pem" 2>/dev/null
}
certificate youtube a.rtmps.youtube.com
certificate facebook rtmp-api.facebook.com
printf 'cam yt-secret-key\n' >youtube.keys
printf 'cam FB-secret-key\n' >facebook.keys
tls_server() { # tls_server NAME: TLS_PORT
  SERVER_PORT=0
  start_server "$1" --tls-listen 127.0.0.1:0 --tls-cert "$1.pem" --tls-key "$1.key" --keys "$1.keys"
  wait_for 30 "$1 to listen" says "$1.err" 'rtmps://'
  TLS_PORT=$(grep -oE 'rtmps://[^ ]*:[0-9]+' "$1.err" | grep -oE '[0-9]+$')
}
tls_server youtube
to=(--connect-to "a.rtmps.youtube.com:443:127.0.0.1:$TLS_PORT" --connect-to "b.rtmps.youtube.com:443:127.0.0.1:$TLS_PORT")
tls_server facebook
to+=(--connect-to "rtmp-api.facebook.com:443:127.0.0.1:$TLS_PORT")
export YOUTUBE=yt-secret-key
export LIVE_QUERY='facebook=FB-secret-key&facebook_s_bl=1&facebook_a=Ab%2BC'

start_relay relay "${to[@]}" --tls-ca ca.pem --to youtube:env:YOUTUBE --query-env LIVE_QUERY film.mp4
await relay 60
equal "exit status" "$STATUS" 0
for server in youtube facebook; do
  wait_for 20 "the end at $server" says $server.err "cam: ended after"
  has $server.err "cam: published by .*rtmps"
  ends_with $server.cam.1.flv film.mp4 25
  lawful $server.cam.1.flv
done
lacks <(cat relay.err relay.events) "secret|Ab.C"

# Without the authority, and with a certificate for another name, nothing is sent.
start_relay doubtful "${to[@]}" --to youtube:env:YOUTUBE film.mp4
wait_for 60 "the refusal" happened doubtful youtube#1 lost
has <(reason doubtful youtube#1 lost) "certificate: (unable to get local issuer certificate|self.signed certificate)"
stop doubtful
equal "exit status, when none was ever reached" "$STATUS" 69
start_relay misled --connect-to "a.rtmps.youtube.com:443:127.0.0.1:$TLS_PORT" --tls-ca ca.pem --to youtube:env:YOUTUBE film.mp4
wait_for 60 "the refusal" happened misled youtube#1 lost
has <(reason misled youtube#1 lost) "[Hh]ostname mismatch"
stop misled
