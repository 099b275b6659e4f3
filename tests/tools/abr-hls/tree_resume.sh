# A writer that is stopped leaves the list open; the next one goes on behind a discontinuity, in the same broadcast.  What was
# lost in between (a power cut) is listed as a gap.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 10
start writer paced
wait_for 60 "segments" lists source 4
stop writer
equal "status" "$STATUS" 0
check "the first run"
list=$stream/source/index.m3u8
lacks "$list" ENDLIST
equal "state" "$(jq -r .state "$stream/.stream.json")" live
id=$(broadcast)
before=$(last source)

# As a power cut may leave them: a segment cut short, a journal in mid-line, temporary files.
victim=$(grep -v '^#' "$list" | tail -n 2 | head -n 1)
truncate -s 100 "$stream/source/$victim"
printf '#EXTINF:1,\n99' >>"$stream/source/journal.m3u8"
echo x >"$stream/source/.1.m4s.tmp"
echo x >"$stream/source/99999999999999.m4s"

start writer paced
wait_for 60 "the next run" is_behind source $((before + 2))
grep -A 2 -B 3 "^$victim" "$list" >around || fail "$victim has left the list already"
has around '^#EXT-X-GAP'
check "the second run"
equal "id" "$(broadcast)" "$id"
equal "discontinuities" "$(grep -c '^#EXT-X-DISCONTINUITY$' "$list")" 1
[[ ! -e $stream/source/.1.m4s.tmp ]] || fail "a temporary file is left"
[[ ! -e $stream/source/99999999999999.m4s ]] || fail "a file that nobody knows is left"
lacks "$stream/source/journal.m3u8" '^99$'
grep -v '^#' "$list" | tail -n 1 | grep -qE '^1000000000000[0-9]{2}' || fail "the number 99999999999999 is not passed"
# The tag leaves the list, and is counted.
wait_for 60 "the discontinuity to leave" is_behind source $((before + 9))
wait_for 60 "the discontinuity to leave" is_behind 90p $((before + 9))
for rendition in source 90p; do
  has "$stream/$rendition/index.m3u8" '^#EXT-X-DISCONTINUITY-SEQUENCE:1$'
done
check "a list later"
stop writer
