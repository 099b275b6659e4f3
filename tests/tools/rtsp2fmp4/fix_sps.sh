# --fix-sps: the SPS says that no frame is reordered, unless frames are; decoders then show each frame at once.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

reorder() { # reorder FILE: max_num_reorder_frames of the first SPS, or "none"
  ffmpeg -v trace -i "$1" -c copy -bsf:v trace_headers -t 1 -f null - 2>&1 |
    awk '/max_num_reorder_frames|sps_max_num_reorder_pics/ { found = $NF } END { print found == "" ? "none" : found }'
}
ffmpeg -v error -f lavfi -i testsrc2=size=320x240:rate=25 -t 3 -c:v libx264 -bf 0 -preset veryfast \
  -x264-params nal-hrd=none:bframes=0 -f h264 plain.h264
# Without the VUI that x264 writes, as cameras send it.
ffmpeg -v error -f lavfi -i testsrc2=size=320x240:rate=25 -t 3 -c:v libx264 -bf 2 -preset veryfast in-b.mp4

exits 0 60 rtsp2fmp4 --input-format h264 plain.h264
cp out fixed.mp4
equal "claim" "$(reorder fixed.mp4)" 0
equal "frames" "$(pictures fixed.mp4)" 75
exits 0 60 rtsp2fmp4 in-b.mp4
cp out b.mp4
[[ $(reorder b.mp4) != 0 ]] || fail "claims that nothing is reordered where B-frames are"

start_camera camera
exits 0 60 rtsp2fmp4 --duration 1s "rtsp://127.0.0.1:$CAMERA_PORT/bframes"
cp out camera-b.mp4
[[ $(reorder camera-b.mp4) != 0 ]] || fail "claims that nothing is reordered where the camera's POC says otherwise"
equal "init segments" "$(epochs out)" 1
