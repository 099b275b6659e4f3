# TEST: timeout=200
# Sound that is announced and never comes, or that stops: players wait for it unless silence takes its place.
. "$TESTS/tools/lib.sh"

start_camera camera
for mount in mute hush; do
  start "$mount" rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/$mount"
  wait_for 90 "8 s of $mount" has_frames "$mount.out" 200
  stop "$mount"
  behind=$(facts "$mount.out" '.epochs[0].tracks | (.video.end - .audio.end) * 1000 | floor')
  ((behind < 1500)) || fail "$mount: audio ends $behind ms before video"
  equal "init segments of $mount" "$(facts "$mount.out" '.epochs | length')" 1
  decodes "$mount.out"
done
