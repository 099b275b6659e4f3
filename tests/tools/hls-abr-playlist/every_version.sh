# TEST: timeout=900
# Easy and hard content, and for each version of live.m3u8 that ever was: peak below 125 % of BANDWIDTH, average below 110 % of
# AVERAGE-BANDWIDTH, the first version included; the encoder's promise is what holds before it is measured.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p 480p
publish tool
mkdir -p root/cam
start versions "$TESTS/support/hls-versions" root/cam
# Segments come ten times as fast as they play: 10 minutes, or the hour over which averages are measured.
start_writer writer cam --every 0.1 --segments "$(full 600 3600)" --peak 360p=2000000 --peak 480p=3000000 --window 20
# written COUNT: a condition; so many segments of each kind of content.
written() { (($(awk -F: '/^#EXT-X-MEDIA-SEQUENCE/ { n = $2 } /^#EXTINF/ { i++ } END { printf "%.0f", n + i }' root/cam/480p/index.m3u8) >= $1)); }
wait_for 10 "the first segment" test -e root/cam/480p/index.m3u8
first=$(awk -F: '/^#EXT-X-MEDIA-SEQUENCE/ { print $2 }' root/cam/480p/index.m3u8)
each=$(full 100 600)
wait_for 300 "easy content" written $((first + each))
# As much as the promise allows: 2 and 3 Mbit/s less 5 %.
largest() { stat -c %s media/"$1"/*.m4s | sort -n | tail -n 1; }
{
  echo "pad 360p $((237500 - $(largest 360p)))"
  echo "pad 480p $((356250 - $(largest 480p)))"
} >control-cam
wait_for 300 "hard content" written $((first + 2 * each))
rm control-cam
await writer 700
wait_for 10 "the end" says tool.err 'cam: over'
stop versions
tail -n 3 versions.out
equal "the judge" "$STATUS" 0
has versions.out 'version 0 360p'
