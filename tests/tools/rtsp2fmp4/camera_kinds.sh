# TEST: timeout=600
# Every kind of camera: what comes out has the codecs that browsers play, decodes without a complaint, and its time
# never goes back.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
kind() { # kind MOUNT TRANSPORT WANTED
  exits 0 60 rtsp2fmp4 --transport "$2" --duration "$(full 2s 20s)" "rtsp://127.0.0.1:$CAMERA_PORT/$1"
  lawful out
  cp out out.mp4
  equal "/$1" "$(streams out.mp4 | sort | paste -sd ' ')" "$3"
  [[ $3 != *video* ]] || at_least "/$1 frames" "$(pictures out.mp4)" 30
}
kind h264aac tcp "audio aac 48000 video h264 640x360"
kind h265aac tcp "audio aac 48000 video hevc 640x360"
kind h264 tcp "video h264 640x360"
kind h264 udp "video h264 640x360"
kind h264aac udp "audio aac 48000 video h264 640x360"
kind h264pcma tcp "audio flac 8000 video h264 640x360"
kind h264pcmu tcp "audio flac 8000 video h264 640x360"
kind h264g726 tcp "audio flac 8000 video h264 640x360"
kind h264opus tcp "audio opus 48000 video h264 640x360"
kind mjpeg tcp "video h264 640x360"
kind slices tcp "video h264 640x360"
kind bframes tcp "video h264 640x360"
kind audio tcp "audio aac 48000"
