# TEST: timeout=400 processors=2
# Every kind of camera through both programs: what a viewer of /live.mp4 gets has the codecs that browsers play, and a
# decoder has nothing to say against it.
. "$TESTS/tools/lib.sh"

start_camera camera

show() {
  rtsp2fmp4 "rtsp://127.0.0.1:$CAMERA_PORT/$1" | fmp4-httpd --listen 127.0.0.1:0
}

# sees MOUNT STREAM...: a viewer of the mount gets these streams.
sees() {
  local mount=$1 url wanted
  shift
  wanted=$(printf '%s\n' "$@")
  start "$mount" show "$mount"
  url=$(address_of "$mount")/live.mp4
  wait_for 60 "$mount to begin" begun "$url"
  start "viewer-$mount" curl -fsN "$url"
  wait_for 60 "$mount to be seen" has_frames "viewer-$mount.out" 60
  stop "viewer-$mount"
  stop "$mount"
  trim "viewer-$mount.out"
  equal "streams of $mount" "$(streams "viewer-$mount.out")" "$wanted"
  decodes "viewer-$mount.out"
  equal "epochs of $mount" "$(facts "viewer-$mount.out" '.epochs | length')" 1
}

sees h264aac 'video h264 640x360' 'audio aac 48000'
sees h265aac 'video hevc 640x360' 'audio aac 48000'
sees h264 'video h264 640x360'
sees h264opus 'video h264 640x360' 'audio opus 48000'
sees h264pcma 'video h264 640x360' 'audio flac 8000'
sees h264pcmu 'video h264 640x360' 'audio flac 8000'
sees h264g726 'video h264 640x360' 'audio flac 8000'
sees mjpeg 'video h264 640x360'
sees slices 'video h264 640x360'
sees bframes 'video h264 640x360'
