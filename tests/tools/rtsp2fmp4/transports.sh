# --transport: a camera that does only the other one is told so; auto finds the one that works.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
exits 69 60 rtsp2fmp4 --max-retries 0 --transport udp "rtsp://127.0.0.1:$CAMERA_PORT/tcponly"
has err 461
exits 69 60 rtsp2fmp4 --max-retries 0 --transport tcp "rtsp://127.0.0.1:$CAMERA_PORT/udponly"
has err 461
exits 0 60 rtsp2fmp4 --transport auto --duration 1s "rtsp://127.0.0.1:$CAMERA_PORT/tcponly"
has err "trying TCP"
lawful out
exits 0 60 rtsp2fmp4 --transport auto --duration 1s "rtsp://127.0.0.1:$CAMERA_PORT/udponly"
lacks err "trying TCP"
lawful out
