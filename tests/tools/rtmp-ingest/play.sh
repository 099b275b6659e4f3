# Players get the stream from its newest key frame; before the publisher comes they wait for it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 6
start_ingest ingest --no-output
url=rtmp://127.0.0.1:$RTMP_PORT/live/door
start early timeout 30 ffmpeg -nostdin -v warning -i "$url" -c copy -flush_packets 1 -f flv early.flv
publish ffmpeg film.flv "$url"
wait_for 30 "media" begun_in ingest door
second_key() { (($("$TESTS/support/flv-facts" early.flv | jq '[.tracks[] | select(.kind == "video").keys] | add') >= 2)); }
wait_for 30 "the second key frame" second_key
start late timeout 20 ffmpeg -nostdin -v warning -t 2 -i "$url" -c copy -f flv late.flv
await late 30
await ffmpeg 30
await early 30
decodes late.flv
decodes early.flv
same_packets early.flv film.flv v

start_ingest closed --no-output --play deny
start refused timeout 20 ffmpeg -nostdin -v warning -i "rtmp://127.0.0.1:$RTMP_PORT/live/door" -c copy -f flv refused.flv
await refused 30
((STATUS != 0)) || fail "played where nobody may play"
