# SIGHUP reads an auth URL that stands in a file again; a wrong one changes nothing.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
for name in old new; do
  start "$name" /usr/bin/python3 "$TESTS/tools/rtmp-ingest/lib/auth_server.py"
  wait_for 20 "the auth server $name" says "$name.out" '^ready'
done
url_of() { echo "http://127.0.0.1:$(awk '/^ready/ { print $2 }' "$1.out")/form?token=s3cret"; }
try() {
  publish "$1" film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/good-one"
  await "$1" 30
  equal "status of ffmpeg $1" "$STATUS" 0
}
url_of old >url
start_ingest ingest --auth-url file:url --no-output
try first
wait_for 20 "the old one to be asked" says old.out 'event=end'

echo "s3cret is no URL" >url
signal ingest HUP
wait_for 20 "a complaint" says ingest.err "--auth-url: not a URL of http:// or https://; the old one stays"
try second
url_of new >url
signal ingest HUP
has_been_read() { (($(grep -c "reading keys" ingest.err) == 2)); }
wait_for 20 "the reload" has_been_read
try third
wait_for 20 "the new one to be asked" says new.out 'event=end'
equal "starts that the old one was asked about" "$(grep -c event=start old.out)" 2
lacks ingest.err s3cret
