#!/bin/bash
# TEST: timeout=240 processors=2
# A live ladder with parts, its publisher, and a judge that follows them as a player would: over a kill -9 and a restart it
# finds nothing but that.
. "$TESTS/tools/lib.sh"
. "$TESTS/e2e/lib/judged.sh"

seconds=$(full 24 120)
clip "$seconds" -preset ultrafast -bf 0
ladder() {
  ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe: |
    abr-hls -o root/film --segment 2s --part 400ms --rendition high=320x180@800k/64k --rendition low=160x90@400k/64k
}
start_ladder
start_judge root/film $((seconds + 6))
judged_over_a_kill 5 $((seconds + 60))
