# With --challenge a client whose URL holds user and password logs in with name and key: ffmpeg does it by itself.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
echo "door key-of-the-door" >keys.txt
chmod 600 keys.txt
start_ingest ingest --keys keys.txt --challenge --exec 'cat >"$LIVE_NAME.mp4"'
publish right film.flv "rtmp://door:key-of-the-door@127.0.0.1:$RTMP_PORT/live/door"
await right 30
equal "status of ffmpeg with user and password" "$STATUS" 0
wait_for 20 "the end of it" ended_in ingest door
publish wrong film.flv "rtmp://door:another-key-here@127.0.0.1:$RTMP_PORT/live/door"
await wrong 30
((STATUS != 0)) || fail "a wrong password was taken"
publish nobody film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/key-of-the-door"
await nobody 30
((STATUS != 0)) || fail "who does not log in was let in"
lacks ingest.err "key-of-the-door"
