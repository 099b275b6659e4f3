# Who sends more than was agreed on is ended, with a reason.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30 640x360
start_ingest ingest --max-bitrate 100k --no-output
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
await ffmpeg 30
((STATUS != 0)) || fail "ffmpeg was not ended"
has ingest.err "door: ended after .*more than the bit rate allowed, 100k"
