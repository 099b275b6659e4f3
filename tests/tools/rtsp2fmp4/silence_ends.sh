# TEST: timeout=200 labels=long
# Thirty seconds of nothing but silence: the next init segment has no audio any more.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
exits 0 120 rtsp2fmp4 --duration 40s "rtsp://127.0.0.1:$CAMERA_PORT/mute"
has err "audio: given up"
lawful out
equal "epochs" "$(epochs out)" 2
equal "codecs" "$(facts out '.epochs[] | .codecs | join(",")' | paste -sd ' ')" "avc1,mp4a avc1"
