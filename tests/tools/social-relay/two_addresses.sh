# A server whose IPv6 address is dead is reached by IPv4 at once, and one whose IPv6 address takes connections, and then nothing,
# at the second attempt (LIVE_LONG=1: it has 10 s). In a network namespace with names of its own.
if [[ ${1:-} != inside ]]; then
  inside=(unshare --user --map-root-user --net --mount)
  "${inside[@]}" true 2>/dev/null || {
    echo "SKIP: no network namespace can be made here" >&2
    exit 77
  }
  exec "${inside[@]}" bash "$0" inside
fi
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

make_network() { # what is sent to 2001:db8::2 is dropped, without an answer
  ip link set lo up
  ip -6 address add 2001:db8::2/128 dev lo nodad
  nft -f - <<'RULES'
table inet dead {
  chain incoming {
    type filter hook input priority 0
    ip6 daddr 2001:db8::2 drop
  }
}
RULES
  printf '%s\n' "127.0.0.1 localhost" "2001:db8::2 dead.test" "127.0.0.1 dead.test" \
    "::1 stalls.test" "127.0.0.1 stalls.test" >hosts
  mount --bind hosts /etc/hosts
}
make_network || skip "the network namespace has no IPv6, or no names"
first_of() { getent ahosts "$1" | awk 'NR == 1 { print $1 }'; }
[[ $(first_of dead.test) == 2001:db8::2 && $(first_of stalls.test) == ::1 ]] || skip "names are not looked up in /etc/hosts, IPv6 first"
seconds_between() { # seconds_between NAME EVENT EVENT: the first of each
  jq -rs --arg a "$2" --arg b "$3" 'def at($e): map(select(.event == $e))[0].time | (.[0:19] + "Z" | fromdate) + ("0" + .[19:23] | tonumber);
    (at($b) - at($a)) * 1000 | round' "$1.events"
}

film film.mp4 4
start_server server --allow-any
start_relay relay --to "rtmp://dead.test:$SERVER_PORT/live/cam" film.mp4
await relay 60
equal "exit status" "$STATUS" 0
wait_for 20 "the end" says server.err "cam: ended after"
ends_with server.cam.1.flv film.mp4 50
happened relay custom#1 lost && fail "it took a second attempt"
milliseconds=$(seconds_between relay connecting sending)
((milliseconds >= 250 && milliseconds < 5000)) || fail "it took $milliseconds ms: the other address is tried after 250"

((long)) || exit 0
film film.mp4 30
certificate good stalls.test
start_tls_server good --allow-any
start stalls python3 -c 'import socket, sys, time
s = socket.create_server(("::1", int(sys.argv[1])), family=socket.AF_INET6)
print("ready", flush=True)
time.sleep(1000)' "$TLS_PORT"
wait_for 30 "who stalls" says stalls.out ready
start_relay later --tls-ca ca.pem --to "rtmps://stalls.test:$TLS_PORT/live/cam" film.mp4
wait_for 60 "the other address" happened later custom#1 sending
equal "attempts before" "$(reason later custom#1 lost)" "it was not ready within 10 s"
stop later
equal "exit status" "$STATUS" 0
