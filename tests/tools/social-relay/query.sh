# Behind rtmp-ingest: relays as the publish URL's query wants them, beside a recording.  Nothing asked for, or all refused: what
# comes is taken to its end, status 0.  The key is in no argument list, log, metric or event.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 4
certificate twitch ingest.global-contribute.live-video.net
echo "cam tw-secret-key" >keys
start_tls_server twitch --keys keys
status=$(free_port)
cat >relay <<END
#!/bin/bash
tee -p "\$LIVE_NAME.record.mp4" | social-relay --query-env LIVE_QUERY \$([[ \$LIVE_NAME == wished ]] && echo --status 127.0.0.1:$status) --tls-ca ca.pem \
  --connect-to ingest.global-contribute.live-video.net:443:127.0.0.1:$TLS_PORT --events "\$LIVE_NAME.events" 2>"\$LIVE_NAME.relay"
echo "\${PIPESTATUS[*]}" >"\$LIVE_NAME.status"
END
chmod +x relay
start ingest rtmp-ingest --listen 127.0.0.1:0 --grace 0 -- ./relay
wait_for 60 "the server" says ingest.err 'listening on rtmp://'
port=$(grep -oE 'listening on rtmp://[^ ]*:[0-9]+' ingest.err | grep -oE '[0-9]+$')
publish() { # publish NAME QUERY
  start "$1" ffmpeg -nostdin -v warning -re -i film.mp4 -c copy -f flv "rtmp://127.0.0.1:$port/live/$1$2"
}

publish wished '?twitch=tw-secret-key&twitch_bandwidthtest=true'
wait_for 60 "the relay" says twitch.err 'cam: published by .*rtmps'
relay=$(pgrep -g "${pid_of[ingest]}" social-relay || pgrep -n social-relay)
lacks <(tr '\0' ' ' <"/proc/$relay/cmdline") "secret"
curl -fs -m 10 "http://127.0.0.1:$status/metrics" >metrics
has metrics '^social_relay_sending\{destination="twitch#1"\} 1$'
curl -fs -m 10 "http://127.0.0.1:$status/destinations" >destinations
equal "/destinations" "$(jq -r '.[] | [.name, .service, .state, .connections, .reconnects] | join(" ")' destinations)" \
  "twitch#1 twitch sending 1 0"
lacks <(cat metrics destinations) "secret"
await wished 60
wait_for 30 "the end of the relay" test -s wished.status
equal "statuses" "$(cat wished.status)" "0 0"
wait_for 20 "the end at the service" says twitch.err "cam: ended after"
at_least "pictures" "$(packets twitch.cam.1.flv v | wc -l)" 25
part_of twitch.cam.1.flv film.mp4
equal "pictures of the recording" "$(packets wished.record.mp4 v | wc -l)" 100
lacks <(cat wished.relay wished.events) "secret"

publish nothing ''
publish refused '?twitch=one-secret&twitch=two-secret&youtube='
for name in nothing refused; do
  await $name 60
  wait_for 30 "the end of $name" test -s $name.status
  equal "statuses of $name" "$(cat $name.status)" "0 0"
  equal "pictures of the recording" "$(packets $name.record.mp4 v | wc -l)" 100
done
has refused.relay "twitch: a parameter stands twice"
has refused.relay "youtube: the key is empty"
lacks refused.relay "secret"
