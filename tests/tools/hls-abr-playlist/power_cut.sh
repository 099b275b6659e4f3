# TEST: timeout=180
# live.m3u8 as a power cut may leave it (empty, zeros, cut anywhere, a temporary file beside it) is made anew at the next start,
# of a stream that goes on as of one that is over.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/hls-abr-playlist/lib/tree.sh"

media 360p 480p
mkdir root
list=root/cam/live.m3u8
start_writer writer cam --record
publish tool
wait_for 20 "the playlist" lists_exactly cam "480p 360p"
stop tool

# whole: a playlist of both renditions that ffprobe can play, and nothing else of ours.
whole() { lists_exactly cam "480p 360p" && [[ $(tail -c 1 "$list" | od -An -c) == *'\n'* && ! -e root/cam/.live.m3u8.tmp ]]; }
damaged() { # damaged HOW: whole again after the next start?
  publish tool
  wait_for 20 "a playlist that was $1" whole
  stop tool
  lacks tool.err ' error'
}
for state in live over; do
  size=$(size "$list")
  : >"$list"
  damaged "empty, $state"
  head -c "$size" /dev/zero >"$list"
  damaged "zeros, $state"
  for left in $(full "$((size / 2)) $((size - 1))" "1 $((size / 4)) $((size / 2)) $((size * 3 / 4)) $((size - 5)) $((size - 1))"); do
    truncate -s "$left" "$list"
    echo garbage >root/cam/.live.m3u8.tmp
    damaged "cut at $left of $size, $state"
  done
  rm "$list"
  damaged "lost, $state"
  if [[ $state == live ]]; then
    signal writer USR1
    await writer
  fi
done
streams "$list" >found
has found 'video h264 854x480'
