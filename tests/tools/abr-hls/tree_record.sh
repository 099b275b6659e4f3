# --record: an EVENT list that keeps every segment, over restarts too; files of parts go all the same.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 10
start writer paced --record
wait_for 60 "more than the window" lists source 9
stop writer
check "the first run"
has "$stream/source/index.m3u8" '^#EXT-X-PLAYLIST-TYPE:EVENT$'
equal "record" "$(jq -r .record "$stream/.stream.json")" true
before=$(listed source)
(cat "$stream/source/journal.m3u8" && echo '#EXT-X-ENDLIST') >"$stream/source/vod.m3u8"
decodes "$stream/source/vod.m3u8"
start writer paced --record
wait_for 60 "the next run" lists source $((before + 8))
stop writer
check "the second run"
has "$stream/source/index.m3u8" '^#EXT-X-PLAYLIST-TYPE:EVENT$'
files=$(find "$stream/source" -name '*.m4s' | grep -cE '/[0-9]+\.m4s$')
equal "files" "$files" "$(listed source)"
equal "entries" "$(grep -c '^#EXTINF' "$stream/source/journal.m3u8")" "$(listed source)"
parts=$(find "$stream/source" -name '*.m4s' | grep -cE '/[0-9]+\.[0-9]+\.m4s$')
((parts < 5 * 9)) || fail "$parts files of parts are left"

# Without --record a new broadcast rolls behind the recording, and nothing of that goes.
id=$(jq -r .id "$stream/.stream.json")
start writer paced
wait_for 60 "another broadcast" begins_after "$id"
wait_for 60 "more than its window" is_behind source $(($(last source) + 8))
stop writer
lacks "$stream/source/index.m3u8" '^#EXT-X-PLAYLIST-TYPE'
equal "broadcasts" "$(grep -c '^#BROADCAST' "$stream/source/journal.m3u8")" 2
while read -r name; do
  [[ -e $stream/source/$name ]] || fail "$name of the recording is gone"
done < <(sed '/^#BROADCAST/,$!d' "$stream/source/journal.m3u8" | awk '/^#BROADCAST/ { n++ } n == 1 && !/^#/')
