# Wrong credentials: a second try, then 77 - and no password anywhere.  Right ones work, whatever they are made of.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera locked --auth digest --user admin --password 'p@ss/w%rd:1'
exits 77 60 rtsp2fmp4 "rtsp://admin:sesame77@127.0.0.1:$CAMERA_PORT/h264"
has err "401"
lacks err "sesame77"
exits 77 60 rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/h264"
exits 0 60 rtsp2fmp4 --duration 1s "rtsp://admin:p@ss/w%rd:1@127.0.0.1:$CAMERA_PORT/h264"
lawful out
lacks err 'p@ss'
stop locked

start_camera basic --auth basic --user admin --password 'p@ss/w%rd:1'
exits 0 60 rtsp2fmp4 --duration 1s "rtsp://admin:p@ss/w%rd:1@127.0.0.1:$CAMERA_PORT/h264"
lawful out
