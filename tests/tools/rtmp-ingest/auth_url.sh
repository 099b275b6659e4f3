# An auth URL says who may publish and under which name; it is told of the end of what it allowed, without the key.  A key
# that came alone is never made a name.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
start auth /usr/bin/python3 "$TESTS/tools/rtmp-ingest/lib/auth_server.py"
wait_for 20 "the auth server" says auth.out '^ready'
auth=http://127.0.0.1:$(awk '/^ready/ { print $2 }' auth.out)

try() { # try NAME PATH: publishes, and waits for its end; STATUS is ffmpeg's
  publish "$1" film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/$2"
  await "$1" 30
}

export AUTH=$auth/form
start_ingest ingest --auth-url env:AUTH --exec 'env | grep ^LIVE_ >"env.$LIVE_NAME"; cat >"$LIVE_NAME.mp4"'
try named good-one
equal "status of ffmpeg with a key" "$STATUS" 0
wait_for 20 "the end to be told" says auth.out '^application/x-www-form-urlencoded event=end&app=live&name=carol&'
try own "dave?key=good-two&x=%41+b"
equal "status of ffmpeg with a name of its own" "$STATUS" 0
wait_for 20 "the end to be told" says auth.out 'event=end&app=live&name=dave&'
try nameless good-two
((STATUS != 0)) || fail "a key was made a name"
try wrong bad-key-here
((STATUS != 0)) || fail "a wrong key was let in"
has wrong.err "the key is not accepted"

has auth.out 'event=start&app=live&key=good-one&name=&.*&protocol=rtmp&id=[0-9A-Za-z]{16}$'
has auth.out 'event=start&app=live&key=good-two&name=dave&user=&address=127.0.0.1%3A[0-9]+&query=key%3Dgood-two%26x%3D%2541%2Bb&'
has auth.out 'event=end&app=live&name=dave&.*&query=x%3D%2541%2Bb&'
lacks auth.out 'event=end.*(good-|bad-)'
has env.dave '^LIVE_QUERY=x=%41\+b$'
id=$(sed -n 's/^LIVE_ID=//p' env.dave)
equal "words about dave's stream" "$(grep -c "id=$id" auth.out)" 2
lacks ingest.err "good-|bad-key"
stop ingest

start_ingest second --auth-url "$auth/json" --auth-format json --exec 'cat >"json.$LIVE_NAME.mp4"'
try object good-one
equal "status of ffmpeg with a key" "$STATUS" 0
wait_for 20 "the end to be told" says auth.out '^application/json \{"event":"end","app":"live","name":"carol",'
[[ -s json.carol.mp4 ]] || fail "nothing came"
