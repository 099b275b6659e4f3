# A new init segment in mid-stream: another size, a ladder for it, a discontinuity; the time line goes on.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip one.mp4 3 "s=320x180:r=25"
clip two.mp4 3 "s=240x180:r=25"
fragments() { rtsp2fmp4 "$@" 2>>rtsp2fmp4.err; }
{ fragments one.mp4 && fragments two.mp4; } >both.mp4
ladder out both.mp4 "${small[@]}" --segment 2s
facts_of out
equal discontinuities "$(of out '[.large.segments[] | select(.discontinuity)] | length')" 1
equal "init segments" "$(find out/large -name 'init-*' | wc -l)" 2
equal "size at the end" "$(of out '.large.size | join("x")')" 240x180
