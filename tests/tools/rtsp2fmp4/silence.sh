# TEST: labels=threads
# Audio that is announced and does not come, or stops: silence takes its place, so that both tracks go on together.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtsp2fmp4/lib/media.sh"

start_camera camera
ends() { # ends FILE STREAM: of its last packet, in ms
  ffprobe -v error -select_streams "$2" -show_entries packet=pts_time,duration_time -of csv=p=0 "$1" |
    awk -F, 'END { printf "%d", ($1 + $2) * 1000 }'
}
for mount in mute hush; do
  exits 0 90 rtsp2fmp4 --duration 8s "rtsp://127.0.0.1:$CAMERA_PORT/$mount"
  has err "filling with silence"
  cp out out.mp4
  lawful out.mp4
  equal "/$mount init segments" "$(epochs out.mp4)" 1
  pictures out.mp4 >/dev/null
  video=$(ends out.mp4 v) audio=$(ends out.mp4 a)
  ((video - audio < 1500)) || fail "/$mount: video ends at $video ms, audio at $audio ms"
  ffmpeg -v error -i out.mp4 -map 0:a -f null - 2>audio.err
  [[ ! -s audio.err ]] || fail "/$mount: the silence does not decode: $(head -n 2 audio.err)"
done
