# Standard output takes one publisher at a time; the next one goes on there, and another meanwhile is refused.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film small.flv 2
film large.flv 2 640x360
film long.flv 20
start_ingest ingest
url=rtmp://127.0.0.1:$RTMP_PORT/live
publish one small.flv "$url/one"
await one 20
wait_for 20 "the end" ended_in ingest one
publish two large.flv "$url/two"
await two 20
wait_for 20 "the end" ended_in ingest two
publish three long.flv "$url/three"
wait_for 20 "media" begun_in ingest three
publish four small.flv "$url/four"
await four 20
((STATUS != 0)) || fail "two publishers at once on standard output"
stop three
stop ingest TERM 10
equal "exit status" "$STATUS" 0
trim ingest.out
lawful ingest.out
equal "sizes" "$(facts ingest.out '[.epochs[].tracks.video.size] | join(" ")')" "320x180 640x360 320x180"
