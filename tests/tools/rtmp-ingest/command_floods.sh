# A command that cannot live, and one that never stops talking, do not fill the log, and the publisher stays.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 4
start_ingest dead --exec 'echo "no such thing" >&2; exit 1'
start_ingest loud --exec 'yes "so much to say" >&2 & cat >/dev/null; kill $!'
publish to-loud film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
publish to-dead film.flv "rtmp://127.0.0.1:$(port_in dead rtmp)/live/door"
for name in to-dead to-loud; do
  await "$name" 30
  equal "status of ffmpeg $name" "$STATUS" 0
done
wait_for 20 "the end" ended_in dead door
wait_for 20 "the end of the command" says loud.err "door: its command ended"
at_least "starts of the command" "$(grep -c 'started sh' dead.err)" 2
at_least "lines less than ten a second" 40 "$(wc -l <dead.err)"
at_least "lines about drops" 3 "$(grep -c 'GOPs dropped' dead.err)"
has loud.err "door: [0-9]+ lines of its command are not shown"
at_least "lines of who talks without end" 200 "$(wc -l <loud.err)"
