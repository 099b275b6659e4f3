# TEST: labels=long
# Destinations live alone: one is killed and comes back, one never reads, one refuses the key, one resets connections, one is
# behind a slow and late network.  The good one gets everything, the others recover, memory is bounded.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

seconds=$(full 14 600)
reset=$(full 3 5)
film film.mp4 "$seconds"
echo "cam a-key-that-is-known" >keys
start_server good --allow-any
good=$SERVER_PORT
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
start_proxy resets --reset-every "$reset" "$SERVER_PORT"
resets=$PROXY_PORT
start_proxy slow --delay 0.2 --rate 12000 "$SERVER_PORT" # the film has some 20000 bytes a second
slow=$PROXY_PORT

cat >destinations.toml <<END
$(for name in good mortal deaf stops resets slow; do
  printf '[[destination]]\nname = "%s"\nurl = "rtmp://127.0.0.1:%s/live/%s"\n' $name "${!name}" \
    "$([[ $name == good || $name == mortal ]] && echo cam || echo $name)"
done)
[[destination]]
name = "strict"
url = "rtmp://127.0.0.1:$strict/live/a-key-that-is-not"
END
start_relay relay --destinations destinations.toml film.mp4
wait_for 60 "the good one" happened relay good sending
wait_for 60 "the mortal one" happened relay mortal sending
wait_for 60 "pictures at the mortal one" test -s mortal.cam.1.flv
stop mortal KILL
wait_for 30 "its loss" happened relay mortal lost
SERVER_PORT=$mortal start_server mortal --allow-any
wait_for 60 "its return" happened relay mortal sending 2
wait_for 30 "pictures again" test -s mortal.cam.2.flv
wait_for 60 "connections that are made again" happened relay resets sending 2
wait_for 30 "the refusal" happened relay strict refused
at_least "minutes that a key is left alone, in ms" \
  "$(jq 'select(.destination == "strict" and .event == "refused") | .retry_in_ms' relay.events | head -n 1)" 300000
memory() { ps -o rss= -p "${pid_of[relay]}"; }
before=$(memory)
most=0
while ((long)) && running relay; do
  now=$(memory) || break
  ((most = now > most ? now : most))
  sleep 1
done
await relay $((seconds + 60))
equal "exit status" "$STATUS" 0
((most < before + 40000)) || fail "memory grew from $before to $most kB"

wait_for 20 "the end at the good one" says good.err "cam: ended after"
ends_with good.cam.1.flv film.mp4 $((seconds * 25 - 50))
lawful good.cam.1.flv
happened relay good sending 2 && fail "the good one was connected to again"
ends_with mortal.cam.2.flv film.mp4 25
lawful mortal.cam.2.flv
for file in other.resets.*.flv; do
  part_of "$file" film.mp4 v >/dev/null
  lawful "$file"
done
has <(reason relay deaf lost) "not ready within 10 s"
lawful other.slow.1.flv
