# TEST: labels=long
# nginx-rtmp takes the stream whole, and a second publisher of a name, which it refuses, is tried again.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

start_nginx || skip "nginx-rtmp is not installed"
film film.mp4 6
server=rtmp://127.0.0.1:$NGINX_PORT
start_relay relay --to "$server/live/cam" --to "$server/plain/cam" --to "$server/plain/cam" film.mp4
await relay 60
equal "exit status" "$STATUS" 0
wait_for 20 "all at nginx" has_end nginx/cam.flv film.mp4 50
lawful nginx/cam.flv
loser=$(happened relay custom#2 sending && echo custom#3 || echo custom#2)
has <(reason relay "$loser" refused) "BadName"
happened relay "$loser" sending && fail "two publishers of one name"
at_least "the second time it is left alone, in ms" \
  "$(jq --arg d "$loser" 'select(.destination == $d and .event == "refused") | .retry_in_ms' relay.events | sed -n 2p)" 300000
