# A command that dies while its publisher is there is started again, from the headers and a key frame.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
cat >command <<'END'
#!/bin/bash
number=$(cat number 2>/dev/null || echo 0)
echo $((number + 1)) >number
if ((number == 0)); then head -c 20000 >first.mp4; exit 3; fi
exec cat >second.mp4
END
chmod +x command
start_ingest ingest -- ./command
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
wait_for 30 "its end" says ingest.err "door: its command ended .*exit 3"
wait_for 30 "the next one" has_frames second.mp4 25
stop ffmpeg
wait_for 20 "the end" ended_in ingest door
wait_for 20 "the end of the command" says ingest.err "its command ended .*exit 0"
lawful second.mp4
decodes second.mp4
