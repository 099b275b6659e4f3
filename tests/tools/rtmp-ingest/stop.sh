# SIGTERM: every command's whole group gets it, with its input still open; then we leave with 0.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
cat >command <<'END'
#!/bin/bash
sleep 1000 &
echo $! >helper
trap 'echo term >>"$LIVE_NAME.events"; kill $!; exit 0' TERM
exec 3<&0 # a job in the background would read /dev/null
{ cat <&3 >"$LIVE_NAME.mp4" && echo "end of file" >>"$LIVE_NAME.events"; } &
wait
END
chmod +x command
start_ingest ingest -- ./command
publish one film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
publish two film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/yard"
wait_for 30 "media" begun_in ingest door
wait_for 30 "media" begun_in ingest yard
wait_for 20 "the command" test -s yard.mp4
wait_for 20 "the command" test -s door.mp4
stop ingest TERM 15
equal "exit status" "$STATUS" 0
equal "what happened to one" "$(cat door.events)" term
equal "what happened to the other" "$(cat yard.events)" term
! kill -0 "$(cat helper)" 2>/dev/null || fail "a process of the group is left"
