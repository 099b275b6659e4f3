# TEST: labels=threads
# A camera hangs with its connection open: after --timeout the program says so, and goes on when the camera does.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
start remux rtsp2fmp4 --timeout 2s "rtsp://127.0.0.1:$CAMERA_PORT/h264aac"
wait_for 60 "media" larger remux.out 50000
signal camera STOP
wait_for 60 "word of the stall" says remux.err "no video for 2s"
before=$(size remux.out)
signal camera CONT
wait_for 90 "media after the stall" larger remux.out $((before + 50000))
stop remux
equal "exit status" "$STATUS" 0
lawful remux.out
equal "init segments" "$(epochs remux.out)" 1
