# One publisher, to standard output: every packet of it, from the first, and an exit of 0 with its end.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 3
start_ingest ingest --once
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
await ingest 30
equal "exit status" "$STATUS" 0
lawful ingest.out
equal "epochs" "$(facts ingest.out '.epochs | length')" 1
decodes ingest.out
same_packets ingest.out film.flv v
same_packets ingest.out film.flv a
has ingest.err "door: published by 127.0.0.1:[0-9]+ \(app live, rtmp, "
has ingest.err "door: ended after .*the publisher stopped"
