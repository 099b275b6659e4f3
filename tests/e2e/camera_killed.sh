# TEST: timeout=900
# The camera is killed in mid-stream and comes back on its port, again and again: one viewer's response goes on, without
# a new init segment, on one time line that keeps to the clock.
. "$TESTS/tools/lib.sh"

start_camera camera
show() {
  rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/h264aac" | fmp4-httpd --listen 127.0.0.1:0
}
start show show
url=$(address_of show)/live.mp4
wait_for 60 "the stream" begun "$url"
began=$(date +%s%3N)
start viewer curl -fsN "$url"
wait_for 60 "the first frames" has_frames viewer.out 25

kills=$(full 5 50)
for ((i = 1; i <= kills; i++)); do
  stop camera KILL
  frames=$(facts viewer.out '.epochs[-1].tracks.video.samples')
  start_camera camera --port "$CAMERA_PORT"
  wait_for 60 "frames after kill $i" has_frames viewer.out $((frames + 40))
done
elapsed=$(($(date +%s%3N) - began))

running viewer || fail "the viewer's response ended"
stop viewer
stop show
trim viewer.out
equal "init segments" "$(facts viewer.out '.epochs | length')" 1
equal "steps backwards" "$(facts viewer.out '[.epochs[].tracks[].backwards] | add')" 0
seen=$(facts viewer.out '.epochs[0].tracks.video | (.end - .first) * 1000 | floor')
((seen > elapsed - 4000 && seen < elapsed + 4000)) || fail "$seen ms of video in $elapsed ms"
