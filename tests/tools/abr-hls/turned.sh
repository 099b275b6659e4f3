# A copied source that is to be shown turned stays so: in its init segment, in RESOLUTION; where MPEG-TS cannot say it, we do.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip clip.mp4 3 "s=320x180:r=25"
for turn in 90 180 270; do
  ffmpeg -nostdin -v error -y -i clip.mp4 -c copy -metadata:s:v rotate=$turn turned.mp4
  ladder "out$turn" turned.mp4 --rendition source --segment 2s
  hls-abr-playlist "out$turn"
  if ((turn == 180)); then size=320x180; else size=180x320; fi
  has "out$turn/live.m3u8" "RESOLUTION=$size,"
  media_of "out$turn" source >media.mp4
  said() { ffprobe -v error -select_streams v -show_entries stream_side_data=rotation -of csv=p=0 "$1" | tr -d ','; }
  equal "rotation by $turn" "$(said media.mp4)" "$(said turned.mp4)"
  python3 "$TESTS/hls-validator" "out$turn" >breaches 2>&1 || fail "$(head -n 3 breaches)"
done
[[ ! -s abr-hls.err ]] || fail "it says $(head -n 1 abr-hls.err)"
ladder ts turned.mp4 --rendition source --segment 2s --segment-type ts
has abr-hls.err 'turned by [0-9]+ degrees, which MPEG-TS cannot say'
