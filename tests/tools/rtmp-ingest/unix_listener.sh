# A proxy on this machine may reach rtmp-ingest by a unix socket; its path goes with the program.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

start ingest rtmp-ingest --listen "unix:$SCRATCH/door" --exec 'cat >"$LIVE_NAME.mp4"; echo "$LIVE_CLIENT $LIVE_PROTOCOL" >client'
wait_for 30 "it to listen" says ingest.err "listening on rtmp://unix:$SCRATCH/door for this machine only"
timeout 60 "$TESTS/support/rtmp-tape" play "$TESTS/data/rtmp/avc-opus.tape" "$SCRATCH/door"
wait_for 30 "the end of the command" says ingest.err "tape: its command ended .*exit 0"
lawful tape.mp4
equal "pictures" "$(facts tape.mp4 '[.epochs[].tracks.video.samples] | add')" 30
equal "what the command knows" "$(cat client)" "unix rtmp"

stop ingest TERM 20
[[ ! -e door ]] || fail "the socket is still there"
