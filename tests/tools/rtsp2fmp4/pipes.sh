# TEST: labels=threads
# Standard input and a FIFO, in containers that need no seeking; --realtime keeps to the stamps of a file.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

ffmpeg -v error -f lavfi -i testsrc2=size=320x240:rate=25 -f lavfi -i sine=r=48000 -t 4 -c:v libx264 -g 25 -bf 0 \
  -preset veryfast -c:a aac in.mkv
ffmpeg -v error -i in.mkv -c copy in.ts
piped() { rtsp2fmp4 - <in.ts >"$1"; }
piped out.mp4 2>err
lawful out.mp4
equal "frames of stdin" "$(pictures out.mp4)" 100
mkfifo camera.fifo
start fifo rtsp2fmp4 camera.fifo
cat in.ts >camera.fifo
await fifo 60
equal "exit status" "$STATUS" 0
cp fifo.out fifo.mp4
equal "frames of a FIFO" "$(pictures fifo.mp4)" 100
for format in flv matroska; do
  ffmpeg -v error -i in.mkv -c copy -f "$format" - | rtsp2fmp4 - >out.mp4 2>err
  equal "frames of $format" "$(pictures out.mp4)" 100
done

begun=$(date +%s%N)
exits 0 60 rtsp2fmp4 --realtime in.ts
at_least "milliseconds for 4 s" $((($(date +%s%N) - begun) / 1000000)) 3800
