# TEST: timeout=180 processors=2
# A tree of abr-hls is archived while it is written: what is not uploaded yet is held, also while the store does not answer;
# what is uploaded goes; at the end the bucket plays, from the first picture to the last.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

seconds=14 stream=$SCRATCH/tree/cam
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x90:rate=25 -f lavfi -i sine=sample_rate=48000 -t "$seconds" \
  -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -keyint_min 12 -sc_threshold 0 -c:a aac -b:a 64k clip.mp4
mkdir tree
start_store
start sync s3-dvr-sync --watch --rendition all --playlist-every 1s --endpoint "$STORE" tree "s3://$BUCKET"
wait_for 60 ".hold" test -e tree/.hold

writes() {
  exec abr-hls -o "$stream" --rendition source --segment 500ms --key-interval 500ms --window 6 \
    < <(exec ffmpeg -nostdin -v error -re -i clip.mp4 -c copy -f flv -)
}
start writer writes
uploaded() { [[ -e $stream/source/.uploaded ]] && (($(grep -c m4s "$stream/source/.uploaded") >= $1)); }
wait_for 60 "uploads" uploaded 2
first=$(grep m4s "$stream/source/.uploaded" | head -n 1)

# The store is frozen: what is written meanwhile outlives its list by far.
signal store STOP
before=$(grep -c '^#EXTINF' "$stream/source/journal.m3u8")
left_the_list() {
  held=$(grep -v '^#' "$stream/source/journal.m3u8" | sed -n "$((before + 3))p")
  [[ -n $held ]] && ! grep -q "$held" "$stream/source/index.m3u8"
}
wait_for 60 "an uploaded segment to go" test ! -e "$stream/source/$first"
wait_for 60 "a held one to leave the list" left_the_list
[[ -e $stream/source/$held ]] || fail "$held is gone before it was uploaded"
thaw store

await writer 60
equal "the writer's exit status" "$STATUS" 0
id=$(jq -r .id "$stream/.stream.json")
wait_for 60 "the end of the archive" grep -qx "vod-$id.m3u8" "$stream/source/.uploaded"
stop sync
equal "exit status" "$STATUS" 0

export AWS_ENDPOINT_URL=$STORE
"$TESTS/support/s3-check" --rendition all --copy copy tree "s3://$BUCKET" >wrong || fail "$(head -n 5 wrong)"
vod=copy/cam/vod-$id.m3u8
has "$vod" '^#EXT-X-PLAYLIST-TYPE:VOD'
has "$vod" '^#EXT-X-ENDLIST'
has "$vod" '^#EXT-X-PROGRAM-DATE-TIME'
frames=$(ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 "$vod" |
  awk -F, 'NR == 1 { count = $1 } END { print count }')
equal "pictures in the archive" "$frames" $((seconds * 25))
