# TEST: labels=long
# The input changes its codec: the same connection goes on with new headers and stamps that continue; a service that does not
# take the new one is left alone, with a line, until there is one that it takes.  A server that is stopped asks for another connection, and gets it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film one.mp4 3 12
ffmpeg -nostdin -v error -i one.mp4 -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=12 -c:a copy two.mp4
mkfifo in
live() { ffmpeg -nostdin -v error -re "$@" -c copy -f mp4 -movflags +frag_keyframe+empty_moov+default_base_moof -flush_packets 1 -; }
feed() { { live -i one.mp4; live -i two.mp4; live -i one.mp4; live -stream_loop -1 -i two.mp4; } >in; }
start feeder feed
SERVER_PORT=0
start_server server --allow-any
port=$SERVER_PORT
start_relay relay --to "rtmp://127.0.0.1:$port/live/cam" --to "rtmp://ingest.global-contribute.live-video.net/app/twitch" \
  --connect-to "ingest.global-contribute.live-video.net:1935:127.0.0.1:$port" in
wait_for 60 "the relay" happened relay custom#1 sending
wait_for 60 "the new codec" says server.err "cam: .*H.265"
wait_for 30 "the refusal" happened relay twitch#1 refused
has <(reason relay twitch#1 refused) "Twitch does not take H.265 video"
wait_for 30 "the end there" says server.err "twitch: ended after .*the publisher stopped"
wait_for 30 "what it takes" happened relay twitch#1 sending 2
wait_for 30 "the refusal" happened relay twitch#1 refused 2
equal "connections" "$(grep -c '"custom#1","event":"sending"' relay.events)" 1
stop server TERM 30
lacks server.err "cam: ended after .*lost"
wait_for 30 "the loss" happened relay custom#1 lost
SERVER_PORT=$port start_server server --allow-any
wait_for 60 "the return" happened relay custom#1 sending 2
signal server TERM
wait_for 30 "the wish for another connection" happened relay custom#1 moved
await server 30
SERVER_PORT=$port start_server server --allow-any
wait_for 60 "the return" happened relay custom#1 sending 3
signal feeder TERM
await relay 30
equal "exit status" "$STATUS" 0
"$TESTS/support/flv-facts" server.cam.1.flv >facts.json
equal "codecs" "$(jq -r '[.tracks[] | select(.kind == "video") | .codec] | join(" ")' facts.json)" "avc1 hvc1"
equal "stamps that go back" "$(jq '[.backwards] + [.tracks[].backwards] | max' facts.json)" 0
