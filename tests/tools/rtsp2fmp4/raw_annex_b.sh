# Raw H.264 and H.265 have no stamps: frames are counted at --rate, and reordered ones are shown in their turn.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

hashes() { ffmpeg -v error $2 -i "$1" -f framehash -hash md5 - | awk -F, '!/^#/ { print $6 }'; }
steps() { # milliseconds between pictures as shown
  ffprobe -v error -show_entries frame=best_effort_timestamp_time -of csv=p=0 "$1" |
    awk -F, '$1 > 0 { if (last) printf "%d\n", ($1 - last) * 1000 + 0.5; last = $1 }' | sort -u
}
for kind in "h264 libx264 0" "h264 libx264 2" "hevc libx265 0"; do
  read -r format encoder bframes <<<"$kind"
  ffmpeg -y -v error -f lavfi -i testsrc2=size=320x240:rate=20 -t 3 -c:v "$encoder" -g 30 -preset veryfast -bf "$bframes" \
    -x265-params log-level=error:bframes=0 -f "$format" "in.$format" 2>/dev/null
  rtsp2fmp4 --input-format "$format" --rate 20 - <"in.$format" >out.mp4 2>err
  lawful out.mp4
  equal "$kind: pictures" "$(pictures out.mp4)" 60
  equal "$kind: steps" "$(steps out.mp4)" 50
  equal "$kind: content" "$(hashes out.mp4 '' | md5sum)" "$(hashes "in.$format" "-f $format" | md5sum)"
done
