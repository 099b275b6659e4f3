# TEST: labels=long
# At the end of the input a server that takes nothing is waited for only so long, and what SIGHUP adds then has nothing to begin.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 4 25 480x270 1200k
SERVER_PORT=0
start_server server --allow-any
start_proxy stops --stall 30000 "$SERVER_PORT"
destination() { printf '[[destination]]\nname = "%s"\nurl = "rtmp://127.0.0.1:%s/live/%s"\n' "$1" "$2" "$1"; }
{ destination good "$SERVER_PORT"; destination stuck "$PROXY_PORT"; } >destinations.toml
start_relay relay --destinations destinations.toml film.mp4
wait_for 60 "the end of the good one" happened relay good ended
running relay || fail "it did not wait for the other"
destination late "$SERVER_PORT" >>destinations.toml
signal relay HUP
wait_for 20 "the file" says relay.err "read again"
await relay 20
equal "exit status" "$STATUS" 0
has <(reason relay stuck ended) "before all was sent"
lacks relay.events '"late"'
