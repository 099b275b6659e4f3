# The reader of standard output has had enough: an end with 0.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
pipe() { rtmp-ingest --listen 127.0.0.1:0 | head -c 100000 >start.mp4 && echo "${PIPESTATUS[0]}" >status; }
start ingest pipe
RTMP_PORT=$(port_in ingest rtmp)
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
wait_for 30 "the end" test -s status
equal "exit status" "$(cat status)" 0
