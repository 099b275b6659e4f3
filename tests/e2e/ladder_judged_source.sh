# TEST: labels=long timeout=300 processors=2
# A copied source with B-frames and stamps in milliseconds beside an encoded rendition, followed by a judge as a player would, over a
# kill -9 and a restart: every version of both lists is right.
. "$TESTS/tools/lib.sh"
. "$TESTS/e2e/lib/judged.sh"

seconds=60
clip "$seconds" -preset veryfast -bf 2
ladder() {
  ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f flv - |
    abr-hls -o root/film --segment 2s --part 400ms --rendition source --rendition low=160x90@400k/64k
}
start_ladder
start_judge root/film $((seconds + 6))
judged_over_a_kill 5 $((seconds + 60))
