# What has left the list stays on disk for those who still know it: a segment for its duration and the list's, a part for a target
# duration.  Then it goes.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 10
start writer paced
wait_for 60 "a segment" lists source 1
first=$(awk -F: '/^#EXT-X-MEDIA-SEQUENCE/ { print $2 }' "$stream/source/index.m3u8")
segment=$stream/source/$(grep -v '^#' "$stream/source/index.m3u8" | head -n 1)
part=${segment%.m4s}.0.m4s
[[ -e $part ]] || fail "there is no $part"
# gone_at FILE: the last number listed when it was gone; segments last a second.
gone_at() {
  wait_for 60 "$1 to go" test ! -e "$1"
  last source
}
# Parts leave the list when they are three seconds behind its end.
at_least "segments behind the first when its part went" $(($(gone_at "$part") - first)) 4
[[ -e $segment ]] || fail "the segment went with its part"
# Segments leave a list of six when the seventh comes.
at_least "segments behind the first when it went" $(($(gone_at "$segment") - first)) 12
check "what is listed"
stop writer
