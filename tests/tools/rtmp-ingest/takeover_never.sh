# --takeover never: who publishes is not replaced while its connection exists, however long it has been silent; once that is
# lost the stream is anybody's who has the key.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start_ingest ingest --takeover never --no-output
url=rtmp://127.0.0.1:$RTMP_PORT/live/door
publish first film.flv "$url"
wait_for 30 "media" begun_in ingest door
signal first STOP
silent_since=$SECONDS
long_silent() { ((SECONDS > silent_since + 3)); }
wait_for 10 "more than the 3 s after which others would be replaced" long_silent
publish second film.flv "$url"
await second 20
((STATUS != 0)) || fail "a publisher with a connection was replaced"
has second.err "published already"
lacks ingest.err "taken over|publisher lost"

stop first KILL
wait_for 20 "the loss" says ingest.err "door: publisher lost"
publish third film.flv "$url"
wait_for 20 "it to go on" says ingest.err "door: goes on, published by"
