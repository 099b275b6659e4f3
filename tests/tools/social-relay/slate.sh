# TEST: labels=threads processors=2 timeout=180
# While the input is silent, black or a picture and silence stand in for it, on the same connections, for copies and presets:
# stamps go on, without a hole, and the stream is back with its next key frame.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/social-relay/lib/relay.sh"

film film.flv $(full 40 120)
ffmpeg -nostdin -v error -f lavfi -i color=red:size=64x36 -frames:v 1 red.png
exits 66 20 social-relay --slate nowhere.png --to rtmp://127.0.0.1:1/live/cam film.flv
mkfifo in
start feeder ffmpeg -nostdin -v error -y -re -i film.flv -c copy -flush_packets 1 -f flv in
SERVER_PORT=0
start_server server --allow-any
start_relay relay --slate "$(full black red.png)" --to "rtmp://127.0.0.1:$SERVER_PORT/live/copy" \
  --to "rtmp://127.0.0.1:$SERVER_PORT/live/preset" --transcode custom#2=twitch in
files=(server.copy.1.flv server.preset.1.flv)
for n in 1 2; do wait_for 60 "the relay" happened relay custom#$n sending; done
for file in "${files[@]}"; do wait_for 30 "media" larger $file 30000; done
for ((round = 1; round <= $(full 1 3); round++)); do
  signal feeder STOP
  shown() { (($(grep -c "a slate is shown" relay.err) == 2 * round)); }
  wait_for 60 "the slates" shown
  for file in "${files[@]}"; do wait_for 30 "what is shown" larger $file $(($(size $file) + 1000)); done
  thaw feeder
  back() { (($(grep -c "the input is back" relay.err) == 2 * round)); }
  wait_for 60 "the input" back
  for file in "${files[@]}"; do wait_for 60 "media again" larger $file $(($(size $file) + 40000)); done
done
stop relay TERM 20
equal "exit status" "$STATUS" 0
equal "connections" "$(grep -c '"sending"' relay.events)" 2
wait_for 20 "the end of the copy" says server.err "copy: ended after .*the publisher stopped"
wait_for 20 "the end of the preset" says server.err "preset: ended after .*the publisher stopped"
for file in "${files[@]}"; do
  lawful $file
  for track in v a; do
    ffprobe -v error -select_streams $track -show_entries packet=dts_time -of csv=p=0 $file | grep . |
      awk 'NR > 1 && $1 - last > 0.5 { exit 1 } { last = $1 } END { exit NR < 50 }' || fail "a hole in $file ($track)"
  done
  decodes $file
done
looks() { ffmpeg -nostdin -v info -i "$1" -vf "$2" -an -f null - 2>&1; }
if ((long)); then
  # Red has a V of 240 (BT.601 and BT.709 differ a little).
  looks server.copy.1.flv "signalstats,metadata=print:key=lavfi.signalstats.VAVG" | grep -cE 'VAVG=2[34]' >red || true
  at_least "red pictures" "$(cat red)" 50
else
  for file in "${files[@]}"; do has <(looks $file blackdetect=d=1:pix_th=0.1) "black_duration"; done
fi
