# TEST: timeout=600 labels=long processors=2
# GStreamer (both of its HLS demuxers) and VLC play a live tree from --root on over a kill of its writer, to its end; the judge
# beside them finds nothing.  VLC 3 does so in MPEG-TS alone: behind a discontinuity of fMP4 it finds "no moov before mdat".
. "$TESTS/tools/lib.sh"

seconds=$(full 12 60)
kills=$(full 1 5)
ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=320x180:rate=25:duration=$seconds" \
  -f lavfi -i "sine=sample_rate=48000:duration=$seconds" -c:v libx264 -preset ultrafast -g 50 -bf 0 -pix_fmt yuv420p -c:a aac in.mp4

# paced STREAM [OPTION...]
paced() {
  ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f matroska - |
    abr-hls -o "root/$1" "${@:2}" --segment 2s --part 500ms --preset ultrafast --window 30 \
      --rendition high=320x180@600k/64k --rendition low=160x90@200k/48k
}
write() {
  start writer paced film
  start ts_writer paced ts --segment-type ts
}
listed() { (($(grep -c '^#EXTINF' "root/$1/low/index.m3u8") >= $2)); }
whole() { (($(grep -c '^[^#]' "root/$1/live.m3u8") == 2)); }

mkdir root
start publisher hls-abr-playlist --watch root
start server fmp4-httpd --root root --listen 127.0.0.1:0
url=$(address_of server)/film/live.m3u8
write
wait_for 90 "both renditions" whole film
wait_for 90 "both renditions" whole ts
# Late is what nobody writes while the writer is gone.
start judge /usr/bin/python3 "$TESTS/hls-validator" "$url" --follow 1000 --report breaches --ignore late
start gst timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/gst-frames" "$url"
start gst3 timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/gst-frames" "$url" --player playbin3
start vlc timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/vlc-plays" "$url" vlc.ts
start vlc_ts timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/vlc-plays" "${url/film/ts}" vlc_ts.ts
wait_for 60 "VLC to play" larger vlc.ts 300000
wait_for 60 "VLC to play MPEG-TS" larger vlc_ts.ts 300000
for ((i = 1; i <= kills; i++)); do
  for stream in film ts; do wait_for 60 "some segments" listed "$stream" $((4 * i)); done
  for writer in writer ts_writer; do
    signal "$writer" KILL
    await "$writer" 20
  done
  write
done
for writer in writer ts_writer; do await "$writer" $((seconds + 60)); done
for player in gst gst3 vlc vlc_ts; do
  await "$player" 60
  # GStreamer 1.22's newer demuxer sometimes aborts by itself.
  if [[ $player == gst3 && $STATUS == 134 ]] && says gst3.err 'g_mutex_clear'; then
    echo "gst3: aborted: $(cat gst3.err)"
    continue
  fi
  equal "status of $player" "$STATUS" 0
done
stop judge
equal "the judge" "$STATUS: $(head -n 5 breaches)" "0: "

# What came after the last kill, all of it, and something from before.
for player in gst gst3; do
  [[ -s $player.out || $player == gst ]] || continue
  jq -e ".ended and .wrong == [] and .video > $((seconds * 25 + 10))" "$player.out" >/dev/null || fail "$player: $(cat "$player.out")"
done
pictures() {
  ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$1" | grep -m 1 -oE '[0-9]+'
}
at_least "pictures through VLC" "$(pictures vlc.ts)" 50
at_least "pictures of MPEG-TS through VLC" "$(pictures vlc_ts.ts)" $((seconds * 25 + 10))
cat gst.out gst3.out
echo "through VLC: $(pictures vlc.ts), of MPEG-TS $(pictures vlc_ts.ts)"
