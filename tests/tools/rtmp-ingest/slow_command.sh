# A command that does not read costs the publisher nothing: whole GOPs are dropped and counted, and what it gets is lawful.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=640x360:rate=25" -t 8 -c:v libx264 -preset ultrafast -b:v 6M -minrate 6M \
  -maxrate 6M -bufsize 1M -x264-params nal-hrd=cbr -g 25 -pix_fmt yuv420p -f flv film.flv
start_ingest ingest --queue 1M --exec 'head -c 1000 >out.mp4; while [ ! -e go ]; do sleep 0.1; done; cat >>out.mp4'
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
await ffmpeg 20
equal "status of ffmpeg, which nobody held up" "$STATUS" 0
touch go
wait_for 20 "the end of the command" says ingest.err "its command ended .*exit 0"
has ingest.err "door: ended .*video=200"
has ingest.err "dropped_gops=[1-9]"
lawful out.mp4
decodes out.mp4
