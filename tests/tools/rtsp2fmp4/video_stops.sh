# Audio goes on while the picture has stopped: that is no stream either, and the camera is connected again.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

picture="videotestsrc is-live=true num-buffers=75 ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
coded="x264enc tune=zerolatency sliced-threads=false key-int-max=25 ! rtph264pay name=pay0 pt=96 config-interval=-1"
sound="audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8"
start_camera camera --mount "/stops ( $picture ! $coded $sound )"
start remux rtsp2fmp4 --timeout 2s "rtsp://127.0.0.1:$CAMERA_PORT/stops"
wait_for 60 "word of the stall" says remux.err "no video for 2s"
wait_for 60 "another connection" bash -c '(($(grep -c ": connected" remux.err) >= 2))'
stop remux
equal "exit status" "$STATUS" 0
lawful remux.out
