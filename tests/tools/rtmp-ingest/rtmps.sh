# RTMPS beside RTMP; a new certificate is taken on SIGHUP, while who is connected stays.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
certificate() {
  openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$1" -addext subjectAltName=DNS:localhost -days 2 \
    -keyout key.pem -out cert.pem 2>/dev/null
}
subject() { openssl s_client -connect "127.0.0.1:$TLS_PORT" </dev/null 2>/dev/null | openssl x509 -noout -subject; }
certificate first
start_ingest ingest --tls-listen 127.0.0.1:0 --tls-cert cert.pem --tls-key key.pem --exec 'cat >"$LIVE_NAME.mp4"'
TLS_PORT=$(port_in ingest rtmps)
publish ffmpeg film.flv "rtmps://127.0.0.1:$TLS_PORT/live/door"
wait_for 30 "media" begun_in ingest door
has ingest.err "door: published by .*rtmps"
subject | grep -q first || fail "the certificate is $(subject)"

echo "no certificate" >cert.pem
signal ingest HUP
wait_for 20 "a complaint" says ingest.err "cert.pem.*the old one stays"
subject | grep -q first || fail "the certificate is $(subject)"
certificate second
signal ingest HUP
renewed() { subject | grep -q second; }
wait_for 20 "the new certificate" renewed
running ffmpeg || fail "the publisher was lost"

# Who speaks RTMP there, or TLS at the other door, is told nothing and held no longer.
publish plain film.flv "rtmp://127.0.0.1:$TLS_PORT/live/plain"
await plain 20
((STATUS != 0)) || fail "RTMP without TLS was taken"
lacks ingest.err "plain: published"
