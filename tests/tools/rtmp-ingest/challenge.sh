# With --challenge a client whose URL holds user and password logs in with name and key: ffmpeg and GStreamer do it by themselves.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
name_of() { printf 'n%.0s' $(seq "$1"); }
longest=$(name_of 64) # that there may be
ffmpegs=$(name_of 49) # longest: it cuts name and password off there
printf '%s\n' "door key-of-the-door" "$longest key-of-the-longest" "$ffmpegs key-of-ffmpeg" >keys.txt
chmod 600 keys.txt
start_ingest ingest --keys keys.txt --challenge --exec 'cat >"$LIVE_NAME.mp4"'
publish right film.flv "rtmp://door:key-of-the-door@127.0.0.1:$RTMP_PORT/live/door"
await right 30
equal "status of ffmpeg with user and password" "$STATUS" 0
wait_for 20 "the end of it" ended_in ingest door
publish long film.flv "rtmp://$ffmpegs:key-of-ffmpeg@127.0.0.1:$RTMP_PORT/live/$ffmpegs"
await long 30
equal "status of ffmpeg with a long name" "$STATUS" 0
wait_for 20 "the end of it" ended_in ingest "$ffmpegs"
start longest gst-launch-1.0 -q filesrc location=film.flv ! flvdemux ! h264parse ! flvmux streamable=true ! \
  rtmp2sink location="rtmp://$longest:key-of-the-longest@127.0.0.1:$RTMP_PORT/live/$longest"
await longest 30
equal "status of GStreamer with the longest name" "$STATUS" 0
wait_for 20 "the end of it" ended_in ingest "$longest"
publish wrong film.flv "rtmp://door:another-key-here@127.0.0.1:$RTMP_PORT/live/door"
await wrong 30
((STATUS != 0)) || fail "a wrong password was taken"
start_ingest plain --keys keys.txt --no-output
publish silent film.flv "rtmp://door:key-of-the-door@127.0.0.1:$RTMP_PORT/live/door"
await silent 30
((STATUS != 0)) || fail "ffmpeg has shown what nobody asked it for"
has plain.err "refused to publish: .*the name door and no key.*--challenge"
lacks plain.err "key-of-"
RTMP_PORT=$(port_in ingest rtmp)
publish nobody film.flv "rtmp://127.0.0.1:$RTMP_PORT/live/key-of-the-door"
await nobody 30
((STATUS != 0)) || fail "who does not log in was let in"
lacks ingest.err "key-of-"
