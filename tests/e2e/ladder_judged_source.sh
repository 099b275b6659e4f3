# TEST: labels=long timeout=300 processors=2
# A copied source with B-frames and stamps in milliseconds beside an encoded rendition, followed by a judge as a player would, over a
# kill -9 and a restart: every version of both lists is right.
. "$TESTS/tools/lib.sh"

seconds=60
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=30000/1001:duration="$seconds" -f lavfi \
  -i sine=sample_rate=48000:duration="$seconds" -c:v libx264 -preset veryfast -g 30 -keyint_min 30 -sc_threshold 0 -bf 2 -pix_fmt yuv420p -c:a aac in.mp4

ladder() {
  ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f flv - |
    abr-hls -o root/film --segment 2s --part 400ms --rendition source --rendition low=160x90@400k/64k
}
published() { [[ -s root/film/live.m3u8 ]]; }
listed() { (($(grep -c '^#EXTINF' root/film/low/index.m3u8) >= $1)); }
whole() { (($(grep -c '^[^#]' root/film/live.m3u8) == 2)); }

mkdir root
start publisher hls-abr-playlist --watch root
start writer ladder
wait_for 60 "a published ladder" published
wait_for 60 "both renditions" whole
start judge /usr/bin/python3 "$TESTS/hls-validator" root/film --follow $((seconds + 6)) --report breaches
wait_for 60 "five segments" listed 5
signal writer KILL
await writer 20
start writer ladder
await judge $((seconds + 60))
[[ $STATUS == 0 ]] || fail "the judge found: $(head -n 20 breaches)"
has root/film/low/journal.m3u8 '^#EXT-X-DISCONTINUITY$'
has judge.err 'breaches'
