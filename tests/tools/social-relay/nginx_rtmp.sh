# TEST: labels=long
# nginx-rtmp takes the stream whole, as it is and by a preset, and a second publisher of a name, which it refuses, is tried again.
# While the input is silent it gets a slate.  It knows nothing of Enhanced RTMP, which is said when H.265 is sent to it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

start_nginx || skip "nginx-rtmp is not installed"
film film.mp4 6
server=rtmp://127.0.0.1:$NGINX_PORT
start_relay relay --to "$server/live/cam" --to "$server/plain/cam" --to "$server/plain/cam" --to "$server/live/preset" \
  --transcode custom#4=twitch film.mp4
await relay 60
equal "exit status" "$STATUS" 0
wait_for 20 "all at nginx" has_end nginx/cam.flv film.mp4 50
lawful nginx/cam.flv
loser=$(happened relay custom#2 sending && echo custom#3 || echo custom#2)
has <(reason relay "$loser" refused) "BadName"
happened relay "$loser" sending && fail "two publishers of one name"
at_least "the second time it is left alone, in ms" \
  "$(jq --arg d "$loser" 'select(.destination == $d and .event == "refused") | .retry_in_ms' relay.events | sed -n 2p)" 300000

whole() { # whole NAME: it is in order, without a hole
  lawful nginx/$1.flv
  decodes nginx/$1.flv
  for track in v a; do
    ffprobe -v error -select_streams $track -show_entries packet=dts_time -of csv=p=0 nginx/$1.flv | grep . |
      awk 'NR > 1 && $1 - last > 0.5 { exit 1 } { last = $1 } END { exit NR < 50 }' || fail "a hole in $1 ($track)"
  done
}
whole preset
equal "tracks" "$(streams nginx/preset.flv | sort | tr '\n' ' ')" "audio aac 48000 video h264 1280x720 "

film film.flv 40
mkfifo in
start feeder ffmpeg -nostdin -v error -y -re -i film.flv -c copy -flush_packets 1 -f flv in
start_relay slate --slate black --to "$server/live/slate" in
wait_for 60 "media" larger nginx/slate.flv 30000
signal feeder STOP
wait_for 60 "the slate" says slate.err "a slate is shown"
wait_for 30 "what is shown" larger nginx/slate.flv $(($(size nginx/slate.flv) + 1000))
thaw feeder
wait_for 60 "the input" says slate.err "the input is back"
wait_for 60 "media again" larger nginx/slate.flv $(($(size nginx/slate.flv) + 40000))
stop slate TERM 20
equal "exit status" "$STATUS" 0
equal "connections" "$(grep -c '"sending"' slate.events)" 1
lacks slate.events '"lost"'
is_whole() { "$TESTS/support/flv-facts" "$1" | jq -e .whole; }
wait_for 20 "the end at nginx" is_whole nginx/slate.flv
whole slate
has <(ffmpeg -nostdin -v info -i nginx/slate.flv -vf blackdetect=d=1:pix_th=0.1 -an -f null - 2>&1) "black_duration"

ffmpeg -nostdin -v error -t 2 -i film.mp4 -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=12 -c:a copy hevc.mp4
start_relay hevc --to "$server/plain/hevc" hevc.mp4
await hevc 60
has <(reason hevc custom#1 breach) "does not say that it knows Enhanced RTMP"
