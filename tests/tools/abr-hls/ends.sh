# The end of the input ends the list; SIGTERM leaves it open, also when it comes right behind the end.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

feed() { rtsp2fmp4 'test:size=320x180,rate=25' --duration "$1" 2>feed.err; }
publish() { exec abr-hls "${small[@]}" --segment 1s --key-interval 1s -o "$1" <"$1.pipe"; }
listed() { (($(grep -c '^#EXTINF' "$1") >= $2)); }
mkfifo ended.pipe stopped.pipe both.pipe

start ended publish ended
feed 3s >ended.pipe
await ended
equal "status at the end" "$STATUS" 0
has ended/large/index.m3u8 '^#EXT-X-ENDLIST'

start stopped publish stopped
exec 3>stopped.pipe
rtsp2fmp4 'test:size=320x180,rate=25' >&3 2>>feed.err &
feeder=$!
wait_for 30 "two segments" listed stopped/large/index.m3u8 2
before=$(grep -c '^#EXTINF' stopped/large/index.m3u8)
stop stopped
equal "status after SIGTERM" "$STATUS" 0
kill "$feeder" 2>/dev/null || true # its reader has gone
wait "$feeder" || true
exec 3>&-
lacks stopped/large/index.m3u8 ENDLIST
at_least "segments after SIGTERM" "$(grep -c '^#EXTINF' stopped/large/index.m3u8)" "$before"

# Both at once, as a process group gets them.
start both publish both
feed 3s >both.pipe
stop both
lacks both/large/index.m3u8 ENDLIST
facts_of both --segment 1
