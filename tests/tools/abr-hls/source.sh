# --rendition source: the input's access units and audio frames byte for byte, cut at its own key frames, and nothing is decoded.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip clip.mp4 12 "s=320x180:r=25" -preset veryfast -bf 2 -g 50
ladder out clip.mp4 --rendition source --segment 4s
facts_of out
equal durations "$(of out '[.source.segments[].duration | round] | join(" ")')" "2 2 4 4"
equal target "$(of out .source.target)" 4
sums() { ffmpeg -nostdin -v error -i "$1" -map "0:$2" -c copy -f framemd5 - | awk -F, '!/^#/ { print $6 }'; }
media_of out source >all.mp4
diff <(sums clip.mp4 v) <(sums all.mp4 v) || fail "video is not what came"
diff <(sums clip.mp4 a | tail -n +2) <(sums all.mp4 a) || # without the packet of priming, which is before the first picture
  fail "audio is not what came"

# Short groups, of which none ends with the segment: as many as fit, and independence stays.
clip short.mp4 9 "s=160x90:r=25" -preset ultrafast -g 15
CLIP=$PWD/short.mp4 abr-hls -o short --rendition source env:CLIP
facts_of short
equal "short durations" "$(of short '[.source.segments[].duration * 10 | round] | join(" ")')" "6 6 36 36 6"
equal "short ones are independent" "$(of short .source.independent)" true

# A group of pictures of 7 s makes a target of 7 s; a longer one later is cut there, and independence is not claimed.
ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=160x90:r=10 -t 30 -c:v libx264 -preset ultrafast \
  -force_key_frames 0,7,14,26 -g 1000 -sc_threshold 0 long.mp4
ladder long long.mp4 --rendition source --segment 4s
facts_of long
equal "long target" "$(of long .source.target)" 7
equal "long durations" "$(of long '[.source.segments[].duration | round] | join(" ")')" "7 7 7 5 4"
equal "independent" "$(of long .source.independent)" false

# What is over before its second group of pictures is.
for codec in libx264 libx265; do
  clip one.mp4 4 "s=160x90:r=25" -c:v $codec -preset ultrafast -g 1000 -x265-params log-level=error
  ladder one.$codec one.mp4 --rendition source --rendition small=80x44@60k --preset ultrafast
  facts_of one.$codec
  equal "one GOP of $codec" "$(of one.$codec '.source.segments | map(.duration) | add | round')" 4
done
