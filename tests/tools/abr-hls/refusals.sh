# What cannot work ends at once with one clear line and a status that says whose fault it is.
. "$TESTS/tools/lib.sh"

one_line() { equal "lines on stderr" "$(wc -l <err)" 1; }

exits 64 30 abr-hls absent.mp4
exits 64 30 abr-hls -o stream --rendition large=640x360 absent.mp4
has err "NAME=WxH@800k"
exits 64 30 abr-hls -o stream --rendition a=640x360@1M --rendition a=320x180@1M absent.mp4
has err "given twice"
exits 64 30 abr-hls -o stream --segment 10ms absent.mp4
has err "500ms to"
exits 64 30 abr-hls -o stream --encoder h264_vaapi absent.mp4
has err "h264_vaapi: it wants pictures in the memory of a device"
one_line
exits 64 30 abr-hls -o stream --encoder nonsense absent.mp4
has err "no such encoder"
for option in --preset --profile; do
  for encoder in libx264 libx265; do
    exits 64 30 abr-hls -o stream --encoder $encoder $option nonsense absent.mp4
    has err "^abr-hls: $option nonsense: $encoder has "
    one_line
  done
done
exits 64 30 abr-hls -o stream --audio-only 360p@64k absent.mp4
has err "audio-only 360p: the name is given twice"
for name in .hidden a..b "two words" "$(printf 'a%.0s' {1..65})"; do
  exits 64 30 abr-hls -o "$name" absent.mp4
  has err "a stream is called"
  exits 64 30 abr-hls -o "$PWD/$name/" absent.mp4
done
exits 66 30 abr-hls -o stream absent.mp4
one_line
exits 64 30 abr-hls -o stream --encoder libx265 --rendition a=640x360@1M,codec=h264 absent.mp4
has err "encoder libx265: it makes H.265, and --rendition a is to be h264"
one_line
exits 64 30 abr-hls -o stream --rendition a=640x360@1M,codec=h264,codec=hevc absent.mp4
has err "--rendition"
exits 64 30 abr-hls -o stream --input-format nonsense absent.mp4
has err "input-format.*no such demuxer"
seq 1 3000 >letter.txt
exits 65 30 abr-hls -o stream letter.txt
has err "letter.txt"
: >empty.mp4
exits 65 30 abr-hls -o stream empty.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc=s=64x48:r=10:d=1 -c:v mjpeg frames.mkv
exits 65 30 abr-hls -o stream --rendition source frames.mkv
has err "copy video: mjpeg"
one_line
[[ ! -e stream ]] || fail "a folder was made for an input that is none"
