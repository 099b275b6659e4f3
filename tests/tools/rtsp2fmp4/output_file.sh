# -o FILE; a codec change begins a further file, and both play.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera --mount "/change ( videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! x264enc tune=zerolatency sliced-threads=false speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
start remux rtsp2fmp4 -o yard.mp4 --fragment gop "rtsp://127.0.0.1:$CAMERA_PORT/change"
wait_for 60 "the file" larger yard.mp4 5000
stop camera KILL
start_camera camera --port "$CAMERA_PORT" --mount "/change ( videotestsrc is-live=true ! video/x-raw,format=I420,width=640,height=360,framerate=25/1 ! x264enc tune=zerolatency sliced-threads=false speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
wait_for 90 "the second file" larger yard-2.mp4 5000
stop remux
equal "first" "$(streams yard.mp4)" "video h264 320x240"
equal "second" "$(streams yard-2.mp4)" "video h264 640x360"
pictures yard.mp4 >/dev/null
pictures yard-2.mp4 >/dev/null
