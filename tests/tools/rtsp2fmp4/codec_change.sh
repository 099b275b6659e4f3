# Parameters that change in mid-stream begin one epoch, at that very key frame; sets that are only repeated begin none.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

part() { # part SIZE: three groups of pictures, with the parameter sets before each
  ffmpeg -y -v error -f lavfi -i "testsrc2=size=$1:rate=25" -t 3 -c:v libx264 -g 25 -bf 0 -preset veryfast "$1.h264"
}
part 320x240
part 480x270
cat 320x240.h264 320x240.h264 480x270.h264 | rtsp2fmp4 --input-format h264 - >out 2>err
lawful out
equal "epochs" "$(epochs out)" 2
equal "sizes" "$(facts out '.epochs[].tracks.video | "\(.size) \(.samples)"' | paste -sd ' ')" "320x240 150 480x270 75"

cat 320x240.h264 480x270.h264 | rtsp2fmp4 --input-format h264 -o part.mp4 - 2>err
equal "pictures of the first file" "$(pictures part.mp4)" 75
equal "pictures of the second file" "$(pictures part-2.mp4)" 75
