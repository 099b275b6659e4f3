# TEST: labels=threads
# A camera is killed and started again, over and over: the output goes on in the same epoch, and time never goes back.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
start remux rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/h264aac"
wait_for 60 "media" larger remux.out 50000
for ((round = 0; round < $(full 2 5); round++)); do
  stop camera KILL
  wait_for 60 "word of the loss" says remux.err "trying again"
  before=$(size remux.out)
  start_camera camera --port "$CAMERA_PORT"
  wait_for 90 "media after restart $round" larger remux.out $((before + 50000))
done
stop remux
equal "exit status" "$STATUS" 0
lawful remux.out
equal "init segments" "$(epochs remux.out)" 1
lacks remux.err " error "
