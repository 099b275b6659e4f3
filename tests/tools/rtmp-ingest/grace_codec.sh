# A publisher that comes back with another codec goes on in the same pipeline: a new init segment, time that goes on, and the
# command that ran before.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start_ingest ingest --grace 60s --exec 'echo "$LIVE_ID" >>ids; exec cat >>all.mp4'
publish first film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/tape"
wait_for 30 "media" begun_in ingest tape
wait_for 20 "a second of it" has_frames all.mp4 25
stop first KILL
wait_for 20 "the loss" says ingest.err "tape: publisher lost"
timeout 60 "$TESTS/support/rtmp-tape" play "$TESTS/data/rtmp/hevc-aac.tape" "$RTMP_PORT"
wait_for 20 "the end of the command" says ingest.err "tape: its command ended .*exit 0"
has ingest.err "tape: goes on, published by"
equal "commands that ran" "$(wc -l <ids)" 1
lawful all.mp4
equal "codecs" "$(facts all.mp4 '[.epochs[].codecs | join("+")] | join(" ")')" "avc1+mp4a hvc1+mp4a"
equal "time goes on" "$(facts all.mp4 '.epochs[1].tracks.video.first >= .epochs[0].tracks.video.end')" true
equal "pictures of the second epoch" "$(facts all.mp4 '.epochs[1].tracks.video.samples')" 30
