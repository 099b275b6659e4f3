# YouTube's and Facebook's addresses, with a test's certificate authority and name resolution: TLS is verified, and the key is
# where the service wants it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.mp4 3
certificate youtube a.rtmps.youtube.com
certificate facebook rtmp-api.facebook.com
printf 'cam yt-secret-key\n' >youtube.keys
printf 'cam FB-secret-key\n' >facebook.keys
start_tls_server youtube --keys youtube.keys
to=(--connect-to "a.rtmps.youtube.com:443:127.0.0.1:$TLS_PORT" --connect-to "b.rtmps.youtube.com:443:127.0.0.1:$TLS_PORT")
start_tls_server facebook --keys facebook.keys
to+=(--connect-to "rtmp-api.facebook.com:443:127.0.0.1:$TLS_PORT")
export YOUTUBE=yt-secret-key
export LIVE_QUERY='facebook=FB-secret-key&facebook_s_bl=1&facebook_a=Ab%2BC'

start_relay relay "${to[@]}" --tls-ca ca.pem --to youtube:env:YOUTUBE --query-env LIVE_QUERY film.mp4
await relay 60
equal "exit status" "$STATUS" 0
for server in youtube facebook; do
  wait_for 20 "the end at $server" says $server.err "cam: ended after"
  has $server.err "cam: published by .*rtmps"
  ends_with $server.cam.1.flv film.mp4 25
  lawful $server.cam.1.flv
done
lacks <(cat relay.err relay.events) "secret|Ab.C"

# Without the authority, and with a certificate for another name, nothing is sent.
start_relay doubtful "${to[@]}" --to youtube:env:YOUTUBE film.mp4
wait_for 60 "the refusal" happened doubtful youtube#1 lost
has <(reason doubtful youtube#1 lost) "certificate: (unable to get local issuer certificate|self.signed certificate)"
stop doubtful
equal "exit status, when none was ever reached" "$STATUS" 69
start_relay misled --connect-to "a.rtmps.youtube.com:443:127.0.0.1:$TLS_PORT" --tls-ca ca.pem --to youtube:env:YOUTUBE film.mp4
wait_for 60 "the refusal" happened misled youtube#1 lost
has <(reason misled youtube#1 lost) "[Hh]ostname mismatch"
stop misled
