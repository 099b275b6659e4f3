# A second SIGTERM ends us at once, and what is left of the commands with us, though it ignores SIGTERM.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
cat >command <<'END_OF_COMMAND'
#!/bin/bash
trap '' TERM
bash -c 'echo $$ >helper; exec sleep 1000' &
echo $$ >leader
while :; do sleep 1000; done
END_OF_COMMAND
chmod +x command
start_ingest ingest -- ./command
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door"
wait_for 30 "the command" test -s leader
wait_for 30 "its helper" test -s helper
signal ingest TERM
wait_for 20 "the stop" says ingest.err "door: ended"
asked_again() { # one that comes at once counts as the same wish
  gone ingest || signal ingest TERM
  gone ingest
}
wait_for 5 "the end, before anybody is killed for being late" asked_again
await ingest
equal "exit status" "$STATUS" 143
no_more() { ! kill -0 "$1"; }
wait_for 5 "the command to be gone" no_more "$(cat leader)"
wait_for 5 "its helper to be gone" no_more "$(cat helper)"
