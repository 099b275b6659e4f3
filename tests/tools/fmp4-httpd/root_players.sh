# TEST: timeout=600 labels=long processors=2
# GStreamer (both of its HLS demuxers) and VLC play a live tree from --root on over a kill of its writer, to its end; the judge
# beside them finds nothing.
. "$TESTS/tools/lib.sh"

seconds=$(full 12 60)
kills=$(full 1 5)
ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=320x180:rate=25:duration=$seconds" \
  -f lavfi -i "sine=sample_rate=48000:duration=$seconds" -c:v libx264 -preset ultrafast -g 50 -bf 0 -pix_fmt yuv420p -c:a aac in.mp4

paced() {
  ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f matroska - |
    abr-hls -o root/film --segment 2s --part 500ms --preset ultrafast --window 30 \
      --rendition high=320x180@600k/64k --rendition low=160x90@200k/48k
}
listed() { (($(grep -c '^#EXTINF' root/film/low/index.m3u8) >= $1)); }
whole() { (($(grep -c '^[^#]' root/film/live.m3u8) == 2)); }

mkdir root
start publisher hls-abr-playlist --watch root
start server fmp4-httpd --root root --listen 127.0.0.1:0
url=$(address_of server)/film/live.m3u8
start writer paced
wait_for 90 "both renditions" whole
# Late is what nobody writes while the writer is gone.
start judge /usr/bin/python3 "$TESTS/hls-validator" "$url" --follow 1000 --report breaches --ignore late
start gst timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/gst-frames" "$url"
start gst3 timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/gst-frames" "$url" --player playbin3
start vlc timeout --kill-after=5 $((seconds * (kills + 1) + 60)) "$TESTS/support/vlc-plays" "$url" vlc.ts
wait_for 60 "VLC to play" larger vlc.ts 300000
for ((i = 1; i <= kills; i++)); do
  wait_for 60 "some segments" listed $((4 * i))
  signal writer KILL
  await writer 20
  start writer paced
done
await writer $((seconds + 60))
for player in gst gst3 vlc; do
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
came=$(ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 vlc.ts | grep -m 1 -oE '[0-9]+')
# VLC 3 gives up behind a discontinuity of fMP4: "no moov before mdat".
at_least "pictures through VLC" "$came" 50
cat gst.out gst3.out
echo "through VLC: $came"
