# After the end of input, and when --resume is over, another broadcast begins: another id, an empty list with higher sequences,
# the same journal.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 5
once 2>err
list=$stream/source/index.m3u8
has "$list" '^#EXT-X-ENDLIST'
equal "state" "$(jq -r .state "$stream/.stream.json")" ended
check "the first"
first=$(broadcast) end=$(last source)

LIVE_ID=abcdefgh01234567 once 2>err
check "the second"
equal "id" "$(broadcast)" abcdefgh01234567
has "$list" '^#EXT-X-DISCONTINUITY-SEQUENCE:1$'
lacks "$list" '^#EXT-X-DISCONTINUITY$'
at_least "the sequence" "$(awk -F: '/^#EXT-X-MEDIA-SEQUENCE/ { print $2 }' "$list")" $((end + 2))

# An id that was used is not used again.
LIVE_ID=$first once 2>err
check "the third"
third=$(broadcast)
[[ $third != "$first" && $third =~ ^[A-Za-z0-9]{16}$ ]] || fail "the third id is '$third'"

# Not ended, but too old.
start writer paced
wait_for 60 "another broadcast" begins_after "$third"
stop writer
fourth=$(broadcast)
find "$stream" -name '*.m4s' -exec touch -d '1 minute ago' {} +
start writer paced --resume 30s
wait_for 60 "another broadcast" begins_after "$fourth"
stop writer
check "the fifth"
equal "broadcasts" "$(grep '^#BROADCAST:' "$stream/source/journal.m3u8" | cut -d: -f2 | paste -sd' ')" \
  "$first abcdefgh01234567 $third $fourth $(broadcast)"
