# Every picture and sound from a key frame on reaches each server; stamps from 0, in sync; ended in order.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 4
start_server one --allow-any
one=$SERVER_PORT
SERVER_PORT=0
start_server two --allow-any
start_relay relay --to "rtmp://127.0.0.1:$one/live/cam" --to "rtmp://127.0.0.1:$SERVER_PORT/live/cam" film.mp4
await relay 60
equal "exit status" "$STATUS" 0
for server in one two; do
  wait_for 20 "the end at $server" says $server.err "cam: ended after"
  ends_with $server.cam.1.flv film.mp4 50
  lawful $server.cam.1.flv
  lacks $server.err "cam: .*(lost|broken)"
done
happened relay custom#1 sending || fail "no event"
happened relay custom#2 ended || fail "no event"
