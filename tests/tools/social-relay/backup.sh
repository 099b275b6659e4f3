# TEST: labels=long
# YouTube's backup server takes the stream while the first is away, and gives it back when it is lost itself.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 12
for name in a b; do certificate $name $name.rtmps.youtube.com; done
echo "cam yt-secret-key" >keys
start_tls_server b --keys keys
start_proxy lossy --reset-every 3 "$TLS_PORT"
away=$(free_port)
status=127.0.0.1:$(free_port)
export YOUTUBE=yt-secret-key
start_relay relay --tls-ca ca.pem --status "$status" --to youtube:env:YOUTUBE film.mp4 \
  --connect-to "a.rtmps.youtube.com:443:127.0.0.1:$away" --connect-to "b.rtmps.youtube.com:443:127.0.0.1:$PROXY_PORT"
start_tls_server a --keys keys
wait_for 60 "the backup" happened relay youtube#1 sending
equal "why not the first" "$(reason relay youtube#1 lost)" "Connection refused"
equal "on_backup" "$(curl -fs -m 10 "http://$status/destinations" | jq '.[0].on_backup')" true
start_proxy first --port "$away" "$TLS_PORT"
wait_for 60 "the first" happened relay youtube#1 sending 2
await relay 60
equal "exit status" "$STATUS" 0
has b.err "cam: published by .*app live2"
wait_for 20 "the end" says a.err "cam: ended after .*the publisher stopped"
part_of b.cam.1.flv film.mp4
ends_with a.cam.1.flv film.mp4 25
lawful a.cam.1.flv
lawful b.cam.1.flv
lacks <(cat relay.err relay.events) "secret"
