# TEST: timeout=200
# TCP where nothing is said, UDP where it is asked for, and --transport auto with cameras that know only one of them.
. "$TESTS/tools/lib.sh"

start_camera camera
pulls() {
  exits 0 90 rtsp2fmp4 --duration 3s --transport "$1" "rtsp://127.0.0.1:$CAMERA_PORT/$2"
  has_frames out 25 || fail "$1 from $2: $(facts out '.epochs[-1].tracks.video.samples') frames"
}
pulls tcp tcponly
pulls udp udponly
pulls auto udponly
pulls auto tcponly
exits 69 90 rtsp2fmp4 --max-retries 0 --transport udp "rtsp://127.0.0.1:$CAMERA_PORT/tcponly"
