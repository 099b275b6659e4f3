# DIR...: live.m3u8 is what the media says, for fragmented MP4 and MPEG-TS, and nothing is written where there is nothing.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p 720p sound
mkdir root && cp -r media root/cam
hls-abr-playlist root/cam
# The variant for start-up, the others, sound last.
equal "variants" "$(lists cam)" "720p 360p sound"
hls-abr-playlist --start 100k root/cam
equal "variants for slow starts" "$(lists cam)" "360p 720p sound"

# Sizes on disk, by the rule: no run of 0.5 to 1.5 targets is larger than BANDWIDTH.
for name in 360p 720p sound; do
  largest=$(stat -c %s root/cam/$name/*.m4s | sort -n | tail -n 1)
  at_least "BANDWIDTH of $name" "$(($(variant cam $name BANDWIDTH) * 101 / 100))" $((largest * 8))
  at_least "AVERAGE-BANDWIDTH of $name" "$(variant cam $name BANDWIDTH)" "$(variant cam $name AVERAGE-BANDWIDTH)"
done
equal "resolution" "$(variant cam 720p RESOLUTION)" 1280x720
equal "frame rate" "$(variant cam 720p FRAME-RATE)" 25.000
equal "codecs of sound" "$(variant cam sound CODECS)" mp4a.40.2
[[ $(variant cam 720p CODECS) =~ ^avc1\.[0-9a-f]{6},mp4a\.40\.2$ ]] || fail "CODECS $(variant cam 720p CODECS)"
equal "resolution of sound" "$(variant cam sound RESOLUTION)" ""
streams root/cam/live.m3u8 >/dev/null

# The same as MPEG-TS: the same facts.
before=$(grep -v BANDWIDTH root/cam/live.m3u8; variant cam 360p CODECS; variant cam 360p FRAME-RATE; variant cam sound CODECS)
rm -rf media root/cam
media 360p 720p sound ts
cp -r media root/cam
hls-abr-playlist --start 100k root/cam
after=$(grep -v BANDWIDTH root/cam/live.m3u8; variant cam 360p CODECS; variant cam 360p FRAME-RATE; variant cam sound CODECS)
equal "MPEG-TS" "$after" "$before"

# Displayed size: cropped, and with square pixels; a rate with decimals.
mkdir -p wide/a
ffmpeg -nostdin -v error -f lavfi -i "testsrc=size=720x540:rate=30000/1001,setsar=4/3" -c:v libx264 -preset ultrafast -g 30 -t 2 \
  -f hls -hls_time 1 -hls_list_size 0 -hls_segment_type fmp4 wide/a/index.m3u8
hls-abr-playlist wide
has wide/live.m3u8 'RESOLUTION=960x540,'
has wide/live.m3u8 'FRAME-RATE=29\.970'

# What contradicts itself.
for options in "--watch wide --cleanup 1s --no-cleanup" "wide --cleanup 1s" "wide --no-cleanup" "wide --start 0"; do
  # shellcheck disable=SC2086
  exits 64 20 hls-abr-playlist $options
  equal "lines about $options" "$(wc -l <err)" 1
  [[ $options == *start* ]] || has err '--(no-)?cleanup'
done
has err '--start 0'

# Nothing to play.
mkdir -p empty/360p
exits 66 20 hls-abr-playlist empty
has err 'nothing to play'
[[ ! -e empty/live.m3u8 ]] || fail "live.m3u8 of nothing"
exits 66 20 hls-abr-playlist missing
