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
easy=$(full 10 60)
sleep "$easy"
# As much as the promise allows: 2 and 3 Mbit/s less 5 %.
largest() { stat -c %s media/"$1"/*.m4s | sort -n | tail -n 1; }
{
  echo "pad 360p $((237500 - $(largest 360p)))"
  echo "pad 480p $((356250 - $(largest 480p)))"
} >control-cam
sleep "$easy"
rm control-cam
await writer 700
wait_for 10 "the end" says tool.err 'cam: over'
stop versions
tail -n 3 versions.out
equal "the judge" "$STATUS" 0
has versions.out 'version 0 360p'
