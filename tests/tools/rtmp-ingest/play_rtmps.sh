# Players come through RTMPS too, to a stream that was published without it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 6
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost 2>openssl.err
start_ingest ingest --tls-listen 127.0.0.1:0 --tls-cert cert.pem --tls-key key.pem --no-output
tls_port=$(port_in ingest rtmps)
url=rtmps://localhost:$tls_port/live/door

start early timeout 40 ffmpeg -nostdin -v warning -i "$url" -c copy -flush_packets 1 -f flv early.flv
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
wait_for 30 "media" begun_in ingest door
wait_for 30 "what is played" larger early.flv 20000
start late timeout 40 gst-launch-1.0 -q rtmp2src location="$url" tls-validation-flags=0 ! filesink location=late.flv
await ffmpeg 30
for name in early late; do
  await "$name" 30
done
same_packets early.flv film.flv v
same_packets early.flv film.flv a
decodes late.flv
"$TESTS/support/same-frames" film.flv late.flv >same || fail "late.flv: $(cat same)"
