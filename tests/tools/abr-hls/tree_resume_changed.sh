# A writer that goes on with other renditions keeps the broadcast; one with other parts, or longer segments, begins another one.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 6
# fed RENDITION SEGMENT PART: the clip as fast as it goes, through a pipe that stays open.
fed() {
  exec abr-hls -o "$stream" --rendition source --rendition "$1" --segment "$2" --part "$3" --key-interval 1s --window 6 \
    --overload wait < <(ffmpeg -nostdin -v error -i clip.mp4 -c copy -f flv - && exec sleep 600)
}
judge() {
  hls-abr-playlist "$stream" 2>/dev/null
  python3 "$TESTS/hls-validator" --ignore aligned-end "$stream" >breaches 2>&1 || fail "$1: $(head -n 3 breaches)"
}
start writer fed 90p=160x90@150k/48k 1s 200ms
wait_for 60 "segments" lists source 5
wait_for 60 "segments" lists 90p 5
stop writer
id=$(broadcast)
before=$(last source)

start writer fed 60p=106x60@100k/48k 1s 200ms
wait_for 60 "another ladder" is_behind source $((before + 5))
wait_for 60 "its new rendition" lists 60p 5
stop writer
equal "id with another ladder" "$(broadcast)" "$id"
has "$stream/90p/index.m3u8" '^#EXT-X-GAP$'
equal "the ends of both" "$(last 60p)" "$(last source)"
check "another ladder"
rm -r "${stream:?}/90p"
judge "another ladder"

start writer fed 60p=106x60@100k/48k 1s 500ms
wait_for 60 "a broadcast with other parts" begins_after "$id"
wait_for 60 "segments" lists 60p 5
stop writer
id=$(broadcast)
judge "other parts"
at_least "PART-TARGET, in ms" "$(sed -nE 's/.*PART-TARGET=([0-9.]+)$/\1/p' "$stream/60p/index.m3u8" | awk '{ print int($1 * 1000) }')" 480

start writer fed 60p=106x60@100k/48k 2s 500ms
wait_for 60 "a broadcast with longer segments" begins_after "$id"
stop writer
has "$stream/source/index.m3u8" '^#EXT-X-TARGETDURATION:2$'
judge "longer segments"
