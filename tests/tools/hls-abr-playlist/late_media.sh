# A playlist that comes before its segments, as cp and rsync bring them, is published once they are there.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

mkdir -p made root/late/a root/other/a
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x90:rate=25:duration=4 -c:v libx264 -preset ultrafast -g 25 \
  -f hls -hls_time 1 -hls_list_size 0 -hls_segment_filename 'made/%d.ts' made/index.m3u8
publish tool
cp made/index.m3u8 root/late/a/
cp made/*.ts root/other/a/
cp made/index.m3u8 root/other/a/
wait_for 20 "the stream that was whole at once" test -s root/other/live.m3u8
[[ ! -e root/late/live.m3u8 ]] || fail "a stream without a segment was published"
cp made/*.ts root/late/a/
wait_for 20 "the one that came late" test -s root/late/live.m3u8
equal "its bandwidth" "$(variant late a BANDWIDTH)" "$(variant other a BANDWIDTH)"
stop tool
equal "status" "$STATUS" 0
