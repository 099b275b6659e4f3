# A password shows neither in ps nor in the log at its most talkative, nor in the metrics; env: and file: keep it out
# of the command line from the beginning.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera locked --auth digest --user admin --password sesame77
address="rtsp://admin:sesame77@127.0.0.1:$CAMERA_PORT/h264aac"
status=$(free_port)
start argument rtsp2fmp4 --log-level debug --status "127.0.0.1:$status" "$address"
wait_for 60 "media" larger argument.out 20000
tr '\0' ' ' <"/proc/${pid_of[argument]}/cmdline" >ps.txt
has ps.txt 'rtsp2fmp4.*127.0.0.1'
lacks ps.txt sesame77
curl -sf "http://127.0.0.1:$status/metrics" >metrics.txt
has metrics.txt '^rtsp2fmp4_connected 1'
lacks metrics.txt sesame77
curl -sf "http://127.0.0.1:$status/healthz" >health.txt
has health.txt '^ok'
stop locked KILL
wait_for 60 "word of the loss" says argument.err "trying again"
stop argument
lacks argument.err sesame77

start_camera locked --auth digest --user admin --password sesame77 --port "$CAMERA_PORT"
CAMERA=$address exits 0 60 rtsp2fmp4 --duration 1s env:CAMERA
lawful out
printf '%s\n' "$address" >camera.txt
exits 0 60 rtsp2fmp4 --duration 1s file:camera.txt
lawful out
