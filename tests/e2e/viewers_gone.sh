# The reader of the pipe leaves: the camera's program ends too, as well-behaved filters do, with 0.
. "$TESTS/tools/lib.sh"

start_camera camera
take_a_little() {
  rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/h264aac" | head -c 200000 >part.mp4
  echo "${PIPESTATUS[0]}" >status
}
start pipe take_a_little
await pipe 60
equal "exit status" "$(cat status)" 0
equal "bytes" "$(size part.mp4)" 200000
