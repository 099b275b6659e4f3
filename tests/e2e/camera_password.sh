# Digest and Basic, a password of awkward characters, an input that is not in argv; and wrong credentials, which end
# with 77 after two tries at most and are never shown.
. "$TESTS/tools/lib.sh"

password='p@ss/w%rd:1'
encoded='p%40ss%2Fw%25rd%3A1'
for method in digest basic; do
  start_camera "$method" --auth "$method" --user admin --password "$password"
  export CAMERA="rtsp://admin:$encoded@127.0.0.1:$CAMERA_PORT/h264"
  exits 0 60 rtsp2fmp4 --duration 2s env:CAMERA
  has_frames out 25 || fail "$method: $(facts out '.epochs[-1].tracks.video.samples') frames"
  exits 77 60 rtsp2fmp4 "rtsp://admin:wr0ng@127.0.0.1:$CAMERA_PORT/h264"
  equal "output without admission" "$(size out)" 0
  lacks err 'wr0ng'
  stop "$method"
done
