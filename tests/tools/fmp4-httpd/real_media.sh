# What a viewer gets is clean to ffprobe and decodes without a complaint, begins near 0 whenever the viewer comes, and
# has as many frames a second as the source; H.264 with and without B-frames, H.265, audio alone.
. "$TESTS/tools/lib.sh"

make() { # make NAME ENCODER_OPTION...
  local name=$1
  shift
  ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25:d=12 -f lavfi -i sine=r=48000:d=12 "$@" \
    -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 200000 "$name.mp4"
}
make plain -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -c:a aac
make reordered -c:v libx264 -preset ultrafast -bf 2 -g 25 -c:a aac
make hevc -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25:bframes=0 -tag:v hvc1 -c:a libopus -strict -2
make sound -vn -c:a aac

start server fmp4-httpd --listen 127.0.0.1:0 plain=plain.mp4 reordered=reordered.mp4 hevc=hevc.mp4 sound=sound.mp4
url=$(address_of server)

is_live() { curl -fsS "$url/stats.json" | jq -e >/dev/null '[.streams[] | select(.state == "live" and .fragments > 15)] | length == 4'; }
wait_for 30 "all streams" is_live

near() { # near WHAT GOT LEAST MOST
  awk -v got="$2" -v least="$3" -v most="$4" 'BEGIN { exit !(got >= least && got <= most) }' || fail "$1: got $2"
}

watch() { # watch FILE OPTION...: five seconds of it
  local status=0
  curl -sS --max-time 5 -o "$@" 2>/dev/null || status=$?
  equal "curl" "$status" 28 # its time is up
}
viewers=()
for name in plain reordered hevc sound; do
  watch "$name.1" "$url/$name.mp4" &
  viewers+=($!)
  watch "$name.0" --http1.0 "$url/$name.mp4" &
  viewers+=($!)
done
wait "${viewers[@]}"
for got in plain reordered hevc sound; do
  for version in 1 0; do
    ffprobe -v warning -of json -show_format -show_streams "$got.$version" >probe.json 2>probe.err ||
      fail "ffprobe does not read $got.$version: $(cat probe.err)"
    # The end of what curl took is cut off; nothing else may be wrong.
    ! grep -vE 'Packet corrupt|partial file' probe.err || fail "ffprobe complains of $got.$version"
    near "start of $got.$version" "$(jq -r .format.start_time probe.json)" 0 0.15
    near "length of $got.$version" "$(jq -r .format.duration probe.json)" 2 8
    ffmpeg -v error -i "$got.$version" -f null - 2>decode.err || fail "$got.$version does not decode"
    ! grep -vE 'Packet corrupt|partial file|corrupt input packet|Error submitting' decode.err || fail "$got.$version"
  done
done
frames=$(ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 plain.1)
near "frames" "$frames" 60 200
stop server
equal "exit status" "$STATUS" 0
