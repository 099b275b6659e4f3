# A server that wants the publisher elsewhere (ReconnectRequest) is followed at once, with the same stream name, and sent all from
# the next key frame on; both parts are as they were in the film.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 5 25 480x270 600k
start_server other --allow-any
other=$SERVER_PORT
SERVER_PORT=0
start_server first --allow-any
start_proxy proxy --redirect "rtmp://127.0.0.1:$other/elsewhere" "$SERVER_PORT"
start_relay relay --to "rtmp://127.0.0.1:$PROXY_PORT/live/cam?a=b" film.mp4
await relay 60
equal "exit status" "$STATUS" 0
equal "moves" "$(reason relay custom#1 moved)" "it asks for another connection"
happened relay custom#1 lost && fail "it was lost"
wait_for 20 "the end there" says other.err "cam: ended after .*the publisher stopped"
has other.err "cam: published by .*app elsewhere"
wait_for 20 "the end before" says first.err "cam: ended after .*the publisher stopped"
part_of first.cam.1.flv film.mp4
ends_with other.cam.1.flv film.mp4 50
lawful first.cam.1.flv
lawful other.cam.1.flv
