# A file goes through bit by bit: every pictures frame and its time are those of the original, however fragments are cut.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

ffmpeg -v error -f lavfi -i testsrc2=size=320x240:rate=25 -f lavfi -i sine=r=48000 -t 6 -c:v libx264 -g 50 -bf 2 \
  -preset veryfast -c:a aac in.mp4
frames() { # hashes and presentation times relative to the first
  ffmpeg -v error -i "$1" -map 0:v -f framehash -hash md5 - | grep -v '^#' |
    awk -F, '{ gsub(/ /, ""); if (NR == 1) first = $3; print $3 - first, $6 }'
}
# Of audio the packets: an edit list hides the encoder's first one from a decoder of the original.
packets() { ffmpeg -v error -i "$1" -map 0:a -c copy -f framehash -hash md5 - | awk -F, '!/^#/ { print $6 }'; }
frames in.mp4 >wanted.v
packets in.mp4 >wanted.a
for cut in frame gop 3s; do
  exits 0 60 rtsp2fmp4 --fragment "$cut" in.mp4
  lawful out
  cp out "$cut.mp4"
  frames "$cut.mp4" >got.v
  packets "$cut.mp4" >got.a
  cmp got.v wanted.v || fail "video differs with --fragment $cut: $(diff got.v wanted.v | head -n 4)"
  cmp got.a wanted.a || fail "audio differs with --fragment $cut"
done
# What is to be shown turned stays so.
ffmpeg -v error -y -i in.mp4 -c copy -metadata:s:v rotate=90 turned.mp4
exits 0 60 rtsp2fmp4 --fragment gop turned.mp4
said() { ffprobe -v error -select_streams v -show_entries stream_side_data=rotation -of csv=p=0 "$1" | tr -d ','; }
equal "rotation" "$(said out)" "$(said turned.mp4)"
[[ -n $(said out) ]] || fail "no rotation"

equal "fragments by frame" "$(ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 frame.mp4)" 150
equal "fragments by group" "$(fragments gop.mp4)" 3
equal "fragments of 3 s" "$(fragments 3s.mp4)" 2
