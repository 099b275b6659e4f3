# A camera whose key frames come as two packets: they are one sample, from the first on, and none waits for the next frame.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
status=$(free_port)
start remux rtsp2fmp4 --status "127.0.0.1:$status" "rtsp://127.0.0.1:$CAMERA_PORT/slices"
wait_for 60 "three groups of pictures" larger remux.out 500000
metric() { curl -sf "http://127.0.0.1:$status/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
at_least "merged packets" "$(metric 'rtsp2fmp4_repairs_total{kind="merged"}')" 2
equal "late slices" "$(metric 'rtsp2fmp4_repairs_total{kind="late_slice"}')" 0
stop remux
cp remux.out out.mp4
lawful out.mp4
at_least "frames" "$(pictures out.mp4)" 100
