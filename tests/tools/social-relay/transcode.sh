# TEST: labels=threads processors=2 timeout=180
# A preset: pictures fitted with bars, thinned, with a key frame every 2 s, sound as AAC; encoded once for all that want the same.
# Without one sound alone becomes AAC where the service wants that, and pictures are copied.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

seconds=$(full 5 30)
noise=$(full 10 60)
ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=640x480:rate=60,noise=alls=$noise:allf=t" -f lavfi -i "sine=sample_rate=48000" \
  -t "$seconds" -c:v libx264 -preset ultrafast -crf 20 -g 480 -sc_threshold 0 -pix_fmt yuv420p -c:a libopus film.mkv
SERVER_PORT=0
start_server server --allow-any
twitch=ingest.global-contribute.live-video.net
cat >destinations.toml <<END
[[destination]]
name = "one"
url = "rtmp://127.0.0.1:$SERVER_PORT/live/one"
transcode = "twitch"
[[destination]]
name = "plain"
url = "rtmp://$twitch/app/plain"
key-interval = "900ms"
END
start_relay relay --destinations destinations.toml --to "rtmp://$twitch/app/two" --transcode twitch#1 \
  --connect-to "$twitch:1935:127.0.0.1:$SERVER_PORT" film.mkv
await relay $((seconds + 90))
equal "exit status" "$STATUS" 0
for name in one two plain; do
  wait_for 20 "the end of $name" says server.err "$name: ended after .*the publisher stopped"
  lawful server.$name.1.flv
done

preset=server.one.1.flv
equal "tracks" "$(streams $preset | sort | tr '\n' ' ')" "audio aac 48000 video h264 1280x720 "
stamps() { ffprobe -v error -select_streams "$2" -show_entries packet=pts_time,dts_time,size,flags -of csv=p=0 "$1" | grep .; }
stamps $preset v | sort -t , -n >pictures
at_least "pictures" "$(wc -l <pictures)" $((seconds * 29))
((${LIVE_LONG:-0})) || equal "pictures, of 60 a second" "$(wc -l <pictures)" $((seconds * 30))
awk -F , '/K/ { if (n++ && ($1 - last < 1.95 || $1 - last > 2.05)) exit 1; last = $1 } END { exit n < 3 }' pictures ||
  fail "key frames: $(grep K pictures)"
ffmpeg -nostdin -v info -i $preset -vf cropdetect=24:2:0 -frames:v 10 -f null - 2>&1 | grep -oE 'crop=[0-9:]+' | tail -n 1 >crop
equal "what is not black" "$(cat crop)" "crop=960:720:160:0"
bits=$(awk -F , '{ n += $3 } END { printf "%d", n * 8 }' pictures)
((bits < 3750000 * seconds + 4200000)) || fail "$bits bits in $seconds s"
packets $preset v >one.md5
packets server.two.1.flv v >two.md5
cmp one.md5 two.md5 || fail "the two are not the same"

plain=server.plain.1.flv
equal "tracks" "$(streams $plain | sort | tr '\n' ' ')" "audio aac 48000 video h264 640x480 "
equal "pictures" "$(packets $plain v | wc -l)" $((seconds * 60))
at_least "sounds" "$(packets $plain a | wc -l)" $((seconds * 46))
has <(reason relay plain breach) "a key frame .* Twitch wants one every 900ms: add --transcode twitch"
