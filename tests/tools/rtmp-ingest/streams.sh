# /streams tells who has the token what is published, and DELETE ends it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
echo "token-one-two-three" >token
status=$(free_port)
start_ingest ingest --no-output --status "127.0.0.1:$status" --status-token-file token
publish ffmpeg film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/door?note=s3cret"
wait_for 30 "media" begun_in ingest door
page=http://127.0.0.1:$status/streams
code() { curl -s -o body -w '%{http_code}' -m 10 "$@"; }

equal "without a token" "$(code "$page")" 401
equal "with a wrong token" "$(code -H 'Authorization: Bearer token-one-two-threw' "$page")" 401
equal "with a longer token" "$(code -H 'Authorization: Bearer token-one-two-three4' "$page")" 401
auth=(-H 'Authorization: Bearer token-one-two-three')
equal "the list" "$(code "${auth[@]}" "$page")" 200
equal "what it is" "$(jq -r '.[0] | "\(.name) \(.app) \(.state) \(.width)x\(.height) \(.protocol)"' body)" \
  "door live live 320x180 rtmp"
measured() { curl -s -m 10 "${auth[@]}" "$page" | jq -e ".[0].bit_rate > 10000 and .[0].fps > 20" >/dev/null; }
wait_for 20 "a bit rate" measured
lacks body s3cret
equal "one" "$(code "${auth[@]}" "$page/door")" 200
equal "another" "$(code "${auth[@]}" "$page/yard")" 404
equal "a POST" "$(code "${auth[@]}" -X POST "$page/door")" 405
equal "a kick without token" "$(code -X DELETE "$page/door")" 401
equal "a kick" "$(code "${auth[@]}" -X DELETE "$page/door")" 204
await ffmpeg 20
has ingest.err "door: ended after .*by the operator"
equal "a second kick" "$(code "${auth[@]}" -X DELETE "$page/door")" 404

echo "another-token-here" >token
signal ingest HUP
accepted() { [[ $(code -H "Authorization: Bearer another-token-here" "$page") == 200 ]]; }
wait_for 20 "the new token" accepted
curl -fs -m 10 "http://127.0.0.1:$status/metrics" >metrics
has metrics '^rtmp_ingest_kicked_total 1$'
has metrics '^rtmp_ingest_publishes_total 1$'
lacks metrics s3cret
