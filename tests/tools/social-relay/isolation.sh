# TEST: labels=long timeout=900 processors=2
# Destinations live alone: one is killed and comes back, one accepts and never reads, one stops reading, one refuses the key, one
# resets connections, one is behind a late and slow network.  The good ones (RTMPS, nginx-rtmp) get everything, the others
# recover, memory is bounded.  Seconds, or ten minutes with LIVE_LONG=1.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

seconds=$(full 14 600)
film film.mp4 "$seconds" 25 480x270 1200k
of_film() { echo $(($(size film.mp4) / seconds * $1 / 100)); } # of_film PERCENT: bytes a second
echo "cam a-key-that-is-known" >keys
certificate good localhost
start_tls_server good --allow-any
good=$TLS_PORT
SERVER_PORT=0
start_server mortal --allow-any
mortal=$SERVER_PORT
SERVER_PORT=0
start_server strict --keys keys
strict=$SERVER_PORT
SERVER_PORT=0
start_server other --allow-any
start_proxy deaf --stall 0 "$SERVER_PORT"
deaf=$PROXY_PORT
start_proxy stops --stall 30000 "$SERVER_PORT"
stops=$PROXY_PORT
start_proxy resets --reset-every "$(full 3 5)" "$SERVER_PORT"
resets=$PROXY_PORT
start_proxy slow --delay 0.2 --rate "$(of_film 40)" "$SERVER_PORT"
slow=$PROXY_PORT

destination() { printf '[[destination]]\nname = "%s"\nurl = "%s"\n' "$1" "$2"; } # destination NAME URL
{
  destination good "rtmps://localhost:$good/live/cam"
  destination mortal "rtmp://127.0.0.1:$mortal/live/cam"
  destination strict "rtmp://127.0.0.1:$strict/live/a-key-that-is-not"
  for name in deaf stops resets slow; do
    destination $name "rtmp://127.0.0.1:${!name}/live/$name"
  done
  if start_nginx; then destination nginx "rtmp://127.0.0.1:$NGINX_PORT/live/cam"; fi
} >destinations.toml
status=127.0.0.1:$(free_port)
# ASan keeps what is freed: of that little, or memory says nothing.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:quarantine_size_mb=16 start_relay relay --destinations destinations.toml --tls-ca ca.pem --status $status film.mp4
for name in good mortal resets slow; do
  wait_for 60 "$name" happened relay $name sending
done
memory() { awk "/^$1:/ { print \$2 }" "/proc/${pid_of[relay]}/status"; }
before=$(memory VmRSS)
wait_for 60 "pictures at the mortal one" test -s mortal.cam.1.flv
stop mortal KILL
wait_for 30 "its loss" happened relay mortal lost
SERVER_PORT=$mortal start_server mortal --allow-any
wait_for 30 "the refusal" happened relay strict refused
if ((long)); then # a stable minute makes the wait short again
  stable() { (($(curl -fs -m 10 "http://$status/destinations" | jq 'map(select(.name == "mortal").uptime_s)[0] | floor') > 61)); }
  wait_for 120 "a stable minute" stable
  losses() { jq 'select(.destination == "mortal" and .event == "lost") | .retry_in_ms / 1000 | floor' relay.events; }
  before_it=$(losses | wc -l)
  stop mortal KILL
  wait_for 30 "its loss" happened relay mortal lost $((before_it + 1))
  equal "the wait behind it, in s" "$(losses | sed -n $((before_it + 1))p)" 2
  SERVER_PORT=$mortal start_server mortal --allow-any
fi
at_least "minutes that a key is left alone, in ms" \
  "$(jq 'select(.destination == "strict" and .event == "refused") | .retry_in_ms' relay.events | head -n 1)" 300000
most=0
over() {
  gone relay || {
    now=$(memory VmHWM) # one that is exiting has none
    most=${now:-$most}
    false
  }
}
wait_for $((seconds + 90)) "the end" over
await relay
equal "exit status" "$STATUS" 0
((!long)) || echo "memory: $before kB once all had begun, $most kB at most"
((!long || (most > 0 && most < before + 40000))) || fail "memory grew from $before to $most kB"

wait_for 20 "the end at the good one" says good.err "cam: ended after"
has good.err "cam: published by .*rtmps"
ends_with good.cam.1.flv film.mp4 $((seconds * 25 - 50))
lawful good.cam.1.flv
happened relay good sending 2 && fail "the good one was connected to again"
if [[ -n ${NGINX_PORT:-} ]]; then
  wait_for 20 "all at nginx" has_end nginx/cam.flv film.mp4 $((seconds * 25 - 50))
  lawful nginx/cam.flv
fi
times=$(full 2 3)
happened relay mortal sending "$times" || fail "the mortal one was not connected to again"
ends_with mortal.cam.$times.flv film.mp4 25
lawful mortal.cam.$times.flv
happened relay resets sending "$(full 2 8)" || fail "the one that resets was not connected to again"
for file in other.resets.*.flv; do
  part_of "$file" film.mp4
  lawful "$file"
done
has <(reason relay deaf lost) "not ready within 10 s"
((!long)) || has <(reason relay stops lost) "it has taken nothing for 20 s"
happened relay slow slow || fail "nobody was told that one is too slow"
happened relay slow sending 2 && fail "the slow one was connected to again"
in_sync other.slow.1.flv film.mp4
at_least "pictures that the slow one did not get" "$(jq .video.missing run.json)" 1
lawful other.slow.1.flv
