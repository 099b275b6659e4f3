# A publisher whose connection was lost and who is back within the grace goes on in the same pipeline; one who does not come
# back ends it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start_ingest ingest --grace 4s --exec 'echo "$LIVE_ID" >>ids; exec cat >>all.mp4'
url=rtmp://127.0.0.1:$RTMP_PORT/live/door

publish first film.flv "$url"
wait_for 30 "media" begun_in ingest door
wait_for 20 "a second of it" has_frames all.mp4 25
stop first KILL
wait_for 20 "the loss" says ingest.err "door: publisher lost: .*waiting 4s"
before=$(facts all.mp4 '.epochs[-1].tracks.video.samples')
publish second film.flv "$url"
wait_for 20 "it to go on" says ingest.err "door: goes on, published by"
wait_for 20 "more frames" has_frames all.mp4 $((before + 25))
equal "commands that ran" "$(wc -l <ids)" 1

stop second KILL
wait_for 20 "the end of the grace" says ingest.err "door: ended after .*did not come back"
wait_for 20 "the end of the command" says ingest.err "door: its command ended .*exit 0"
trim all.mp4
lawful all.mp4
equal "epochs" "$(facts all.mp4 '.epochs | length')" 1
stop ingest TERM 20
