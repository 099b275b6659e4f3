# New init segments in mid-stream: another size, then another codec; a ladder for each, a discontinuity; the time line goes on.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip one.mp4 3 "s=320x180:r=25"
clip two.mp4 3 "s=240x180:r=25"
clip three.mp4 3 "s=320x180:r=25" -c:v libx265 -x265-params log-level=error -tag:v hvc1
fragments() { rtsp2fmp4 "$@" 2>>rtsp2fmp4.err; }
{ fragments one.mp4 && fragments two.mp4 && fragments three.mp4; } >all.mp4
ladder out all.mp4 "${small[@]}" --segment 2s
facts_of out
equal discontinuities "$(of out '[.large.segments[] | select(.discontinuity)] | length')" 2
equal "init segments" "$(find out/large -name 'init-*' | wc -l)" 3
equal "size at the end" "$(of out '.large.size | join("x")')" 320x180
sizes=$(for init in out/large/init-*; do
  number=${init##*init-} && number=${number%.mp4}
  cat "$init" "out/large/$number.m4s" | ffprobe -v error -select_streams v -show_entries stream=width,height -of csv=p=0:s=x -
done | sort | uniq | paste -sd' ')
equal "sizes" "$sizes" "240x180 320x180"
# The clips come faster than they play, and so the clock of their arrival is behind the dates.
python3 "$TESTS/hls-validator" --ignore pdt-back out/large/index.m3u8 >breaches 2>&1 || fail "the validator: $(head -n 3 breaches)"

# The source as it is: its codecs as they are.
ladder copy all.mp4 --rendition source --segment 2s
facts_of copy
equal "discontinuities of the source" "$(of copy '[.source.segments[] | select(.discontinuity)] | length')" 2
equal "codecs at the end" "$(of copy '.source.codecs | join(" ")')" "hevc aac"
