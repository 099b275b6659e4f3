# TEST: labels=long timeout=1500
# What abr-hls writes is published as it is: all rungs, with rates that hold in every version, facts that ffprobe finds too,
# a name in the registry while it plays, and nothing left when it is over.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

mkdir -p root/cam
publish tool --advertise 127.0.0.1:8000 --cleanup 4s
start versions "$TESTS/support/hls-versions" root/cam
# Easy at first, hard at the end.
ffmpeg -nostdin -v error -f lavfi -i "color=gray:size=640x360:rate=25:duration=$(full 20 300)" \
  -f lavfi -i "nullsrc=size=640x360:rate=25:duration=$(full 20 300),geq=random(1)*255:128:128" \
  -filter_complex '[0][1]concat=n=2' -c:v libx264 -preset ultrafast -crf 23 -g 50 picture.mp4
ffmpeg -nostdin -v error -i picture.mp4 -f lavfi -i "sine=sample_rate=48000" -c:v copy -c:a aac -shortest input.mp4
start writer bash -c 'ffmpeg -nostdin -v error -re -i input.mp4 -c copy -f matroska - |
  abr-hls -o root/cam --rendition low=320x180@200k/48k --rendition high=640x360@600k/64k --audio-only sound@48k'
wait_for 60 "all of it" lists_exactly cam "high low sound"
is() { [[ $(jq -r '.cam.address // ""' root/.registry.json) == "$1" ]]; }
wait_for 10 "its name" is 127.0.0.1:8000
equal "resolution" "$(variant cam low RESOLUTION)" 320x180
equal "frame rate" "$(variant cam high FRAME-RATE)" 25.000
equal "resolution of sound" "$(variant cam sound RESOLUTION)" ""
[[ $(variant cam high CODECS) =~ ^avc1\.[0-9a-f]{6},mp4a\.40\.2$ ]] || fail "CODECS $(variant cam high CODECS)"
equal "what ffprobe finds" "$(streams root/cam/high/index.m3u8)" $'video h264 640x360\naudio aac 48000'
await writer "$(full 250 1200)"
wait_for 10 "its end" says tool.err 'cam: over'
wait_for 5 "its name to go" is ""
stop versions
tail -n 4 versions.out
equal "the judge" "$STATUS" 0
wait_for 20 "its folder to go" says tool.err 'cam: removed'
stop tool
equal "left in the root" "$(find root -mindepth 1 -not -name '.*')" ""
