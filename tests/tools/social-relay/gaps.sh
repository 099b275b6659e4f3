# TEST: labels=long
# An input that is silent for a while keeps its connections; for longer than --hold they are ended in order, and made again.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.flv 90
status=127.0.0.1:$(free_port)
silent() { (($(curl -fs -m 10 "http://$status/metrics" | awk '/^social_relay_input_silent_seconds / { print int($2) }') >= $1)); }
mkfifo in
start feeder ffmpeg -nostdin -v error -y -re -i film.flv -c copy -flush_packets 1 -f flv in
SERVER_PORT=0
start_server server --allow-any
start_relay relay --hold 8s --status $status --to "rtmp://127.0.0.1:$SERVER_PORT/live/cam" in
wait_for 60 "the relay" happened relay custom#1 sending
wait_for 30 "media" test -s server.cam.1.flv
signal feeder STOP
wait_for 30 "a gap that is shorter" silent 2
thaw feeder
more() { larger "$1" "$2"; }
wait_for 30 "media again" more server.cam.1.flv $(($(size server.cam.1.flv) + 20000))
equal "connections" "$(grep -c '"sending"' relay.events)" 1
signal feeder STOP
wait_for 30 "the end of patience" happened relay custom#1 waiting
wait_for 20 "the end in order" says server.err "cam: ended after .*the publisher stopped"
thaw feeder
wait_for 30 "the relay again" happened relay custom#1 sending 2
wait_for 30 "media again" test -s server.cam.2.flv
stop relay TERM 20
equal "exit status" "$STATUS" 0
wait_for 20 "the end at the server" says server.err "cam: ended after .*the publisher stopped"
for n in 1 2; do
  part_of server.cam.$n.flv film.flv
  lawful server.cam.$n.flv
done
