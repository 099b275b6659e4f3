# TEST: timeout=900 processors=2 labels=long
# Players that are not browsers play a ladder from fmp4-httpd --root while it is made and when it is over: GStreamer (both of its
# HLS demuxers), VLC and FFmpeg, every picture that was listed, each once.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

seconds=$(full 12 60)
ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=320x180:rate=25:duration=$seconds" \
  -f lavfi -i "sine=sample_rate=48000:duration=$seconds" -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac in.mp4
pictures=$((seconds * 25))

# VLC refuses root.
as_user=()
if ((EUID == 0)); then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chmod 777 "$SCRATCH"
fi
# vlc_plays URL FILE: to the end, remuxed to FILE.
vlc_plays() {
  HOME=$SCRATCH exec timeout --kill-after=5 $((seconds + 60)) "${as_user[@]}" vlc -I dummy --no-media-library --play-and-exit "$1" \
    --sout "#standard{access=file,mux=ts,dst=$2}" vlc://quit
}
# ffmpeg_plays URL: the stamps of its video, to the end.
ffmpeg_plays() {
  exec timeout --kill-after=5 $((seconds + 60)) ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "$1"
}
gstreamer_plays() {
  exec timeout --kill-after=5 $((seconds + 60)) "$TESTS/support/gst-frames" "$@"
}
# GStreamer 1.22's newer demuxer now and then aborts as it leaves, its own mutex not being one any more.
aborted_by_itself() { (($1 == 134)) && grep -q g_mutex_clear "$2"; }
# other_gstreamer_plays URL: the same with that demuxer, again where it aborts.
other_gstreamer_plays() {
  local status
  for _ in 1 2 3 4 5; do
    status=0
    (gstreamer_plays "$1" --fast --player playbin3) >other.out 2>other.err || status=$?
    aborted_by_itself "$status" other.err || break
  done
  cat other.out
}
frames() { ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$1" | grep -m 1 -oE '[0-9]+'; }

# shown_without_a_hole NAME: all from the first that GStreamer showed to the stream's last one.
shown_without_a_hole() {
  jq -e '.ended and .wrong == [] and .audio > .video and .video >= 50 and ((.last - .first) * 25 + 1.5 | floor) == .video' \
    "$1.out" >/dev/null || fail "$1: $(cat "$1.out")"
}

paced() { ffmpeg -nostdin -v error -re -i in.mp4 -c copy -f matroska - | abr-hls "$@"; }
mkdir root
publish tool
start server fmp4-httpd --root root --listen 127.0.0.1:0
url=$(address_of server)

for type in $(full fmp4 "fmp4 ts"); do
  start writer paced -o "root/$type" --segment-type "$type" --segment 1s --part 200ms --key-interval 1s --preset ultrafast \
    --rendition high=320x180@600k/64k --rendition low=160x90@200k/48k --window 100
  wait_for 60 "a published ladder" lists_exactly "$type" "high low"
  wait_for 60 "its address" begun "$url/$type/live.m3u8"
  start "$type-gst" gstreamer_plays "$url/$type/live.m3u8"
  start "$type-gst3" gstreamer_plays "$url/$type/live.m3u8" --player playbin3
  start "$type-vlc" vlc_plays "$url/$type/live.m3u8" "$type-live.ts"
  start "$type-ffmpeg" ffmpeg_plays "$url/$type/high/index.m3u8"
  await writer $((seconds + 60))
  for player in gst gst3 vlc ffmpeg; do
    await "$type-$player" 90
    [[ $player == gst3 ]] && aborted_by_itself "$STATUS" "$type-gst3.err" && continue
    equal "status of $player, $type, live" "$STATUS" 0
    [[ $player != gst* ]] || shown_without_a_hole "$type-$player"
  done
  at_least "pictures through VLC, $type, live" "$(frames "$type-live.ts")" $((pictures / 2))
  came=$(tr -d , <"$type-ffmpeg.out" | awk 'NF { n++; first = n == 1 ? $1 : first; last = $1 } END { print n, int((last - first) * 25 + 1.5) }')
  equal "pictures through FFmpeg, $type, live" "${came% *}" "${came#* }"

  # When it is over all of it can be had, as a whole and in each rendition alone.
  for list in live high/index; do
    equal "$type $list: GStreamer" "$(gstreamer_plays "$url/$type/$list.m3u8" --fast | jq -c '[.video, .ended]')" "[$pictures,true]"
    equal "$type $list: GStreamer's other" \
      "$(other_gstreamer_plays "$url/$type/$list.m3u8" | jq -c '[.video, .ended]')" "[$pictures,true]"
    equal "$type $list: FFmpeg" "$(frames "$url/$type/$list.m3u8")" "$pictures"
  done
  # It leaves with pictures unwritten, and drops some where it changes its mind about the rendition.
  for list in live high/index; do
    (vlc_plays "$url/$type/$list.m3u8" "$type.ts") 2>vlc.err || fail "VLC: $(tail -n 3 vlc.err)"
    at_least "pictures through VLC, $type $list" "$(frames "$type.ts")" $((pictures - 50))
  done
done
