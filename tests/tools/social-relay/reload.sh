# SIGHUP starts, stops and changes single destinations; the others go on, and a broken file changes nothing.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 30
SERVER_PORT=0
start_server server --allow-any
destination() { # destination NAME [LINE]
  printf '[[destination]]\nname = "%s"\nurl = "rtmp://127.0.0.1:%s/live/%s"\n%s\n' "$1" "$SERVER_PORT" "$1" "${2:-}"
}
{ destination stays; destination goes; destination changes; } >destinations.toml
start_relay relay --destinations destinations.toml film.mp4
for name in stays goes changes; do
  wait_for 60 "$name" happened relay $name sending
  wait_for 30 "media of $name" test -s server.$name.1.flv
done

{ destination stays; destination changes 'video-limit = "1k"'; destination comes; destination waits "on = false"; } >destinations.toml
signal relay HUP
wait_for 30 "the end of one" happened relay goes ended
wait_for 30 "another" happened relay comes sending
wait_for 30 "media of it" test -s server.comes.1.flv
wait_for 30 "the change" happened relay changes sending 2
happened relay changes refused && fail "its name was still in use"
wait_for 20 "the end at the server" says server.err "goes: ended after .*the publisher stopped"
lacks relay.events '"waits"'

echo "[[destination]" >>destinations.toml
signal relay HUP
wait_for 20 "a complaint" says relay.err "destinations stay as they are: .*destinations.toml:[0-9]+"
destination stays >destinations.toml
signal relay HUP
wait_for 30 "the end of one" happened relay comes ended
stop relay TERM 20
equal "exit status" "$STATUS" 0
equal "connections of the one that stays" "$(jq -r 'select(.destination == "stays" and .event == "sending") | .event' relay.events | wc -l)" 1
part_of server.stays.1.flv film.mp4
part_of server.comes.1.flv film.mp4
