# --format flv: the tags as they were sent.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 2
start_ingest ingest --format flv --once
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
await ingest 30
equal "exit status" "$STATUS" 0
equal "signature" "$(head -c 3 ingest.out)" FLV
decodes ingest.out
same_packets ingest.out film.flv v
same_packets ingest.out film.flv a
