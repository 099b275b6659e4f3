# The pipe is there before the camera: refused connections are retried at the first try too, the page's stream says so
# with 503, and plays as soon as the camera is up.
. "$TESTS/tools/lib.sh"

port=$(free_port)
show() {
  rtsp2fmp4 "rtsp://127.0.0.1:$port/h264" | fmp4-httpd --listen 127.0.0.1:0
}
start show show
address=$(address_of show)
wait_for 60 "a refused connection" says show.err '[Rr]efused'
equal "status before the camera" "$(curl -s -o /dev/null -w '%{http_code}' "$address/live.mp4")" 503
start_camera camera --port "$port"
wait_for 60 "the stream" begun "$address/live.mp4"
start viewer curl -fsN "$address/live.mp4"
wait_for 60 "frames" has_frames viewer.out 25
