# TEST: timeout=500 labels=threads
# A camera that hangs keeps its connections and answers nothing: after --timeout it is given up, and tried until it
# wakes; the viewer's response goes on.
. "$TESTS/tools/lib.sh"

start_camera camera
show() {
  rtsp2fmp4 --timeout 2s "rtsp://127.0.0.1:$CAMERA_PORT/h264aac" | fmp4-httpd --listen 127.0.0.1:0
}
start show show
url=$(address_of show)/live.mp4
wait_for 60 "the stream" begun "$url"
start viewer curl -fsN "$url"
wait_for 60 "the first frames" has_frames viewer.out 25

for ((i = 1; i <= $(full 2 20); i++)); do
  tries=$(grep -c 'no video' show.err || true)
  signal camera STOP
  gave_up() { (($(grep -c 'no video' show.err) > tries)); }
  wait_for 60 "the camera to be given up" gave_up
  frames=$(facts viewer.out '.epochs[-1].tracks.video.samples')
  signal camera CONT
  wait_for 60 "frames after the camera woke" has_frames viewer.out $((frames + 40))
done

running viewer || fail "the viewer's response ended"
stop viewer
trim viewer.out
equal "init segments" "$(facts viewer.out '.epochs | length')" 1
equal "steps backwards" "$(facts viewer.out '[.epochs[].tracks[].backwards] | add')" 0
