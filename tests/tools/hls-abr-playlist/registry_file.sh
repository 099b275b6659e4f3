# One host needs no Redis: the registry is a file, below the root where nobody serves it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p
entry() { jq -r '."'"$1"'".address // ""' root/.registry.json; }
is() { [[ $(entry "$1") == "$2" ]]; }
start_writer one one
start_writer two two
publish tool --advertise 127.0.0.1:8001
wait_for 10 "the first name" is one 127.0.0.1:8001
wait_for 10 "the second name" is two 127.0.0.1:8001
left=$(($(jq .one.expires root/.registry.json) - $(date +%s%3N)))
at_least "milliseconds left" "$left" 7000
signal one USR1
await one
wait_for 5 "the name to go with its stream" is one ""
is two 127.0.0.1:8001
stop tool
is two "" || fail "SIGTERM left the name"
