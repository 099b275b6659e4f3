# What was recorded reaches the bucket, plays from there, and a second run has nothing to do.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store
mkdir -p dir/stream dir/mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25:d=6 -c:v libx264 -preset ultrafast -g 25 -f hls -hls_time 1 \
  -hls_list_size 0 -hls_segment_type fmp4 -hls_playlist_type vod dir/stream/index.m3u8
random_file "dir/mp4/a b+c=é.mp4" 300000
: >dir/mp4/empty.ts
random_file dir/mp4/.hidden.mp4 10
random_file dir/mp4/notes.txt 10

syncs 0 "$STORE" --metadata camera=door
has err 'objects uploaded'
same_bytes mp4/a%20b%2Bc%3D%C3%A9.mp4 "dir/mp4/a b+c=é.mp4"
same_bytes mp4/empty.ts dir/mp4/empty.ts
head_of mp4/a%20b%2Bc%3D%C3%A9.mp4 >headers
has headers '^[Cc]ontent-[Tt]ype: video/mp4'
has headers '^[Cc]ache-[Cc]ontrol: public, max-age='
has headers '^x-amz-meta-camera: door'
ask "$STORE/$BUCKET?list-type=2" >list
list=$(grep -oE '<Key>stream/vod-[^<]+' list | cut -d'>' -f2)
ask "$STORE/$BUCKET/$list" >vod.m3u8
has vod.m3u8 '^#EXT-X-ENDLIST'
equal "seconds" "$(awk -F'[:,]' '/^#EXTINF/ { s += $2 } END { print s }' vod.m3u8)" 6
while read -r uri; do
  mkdir -p "played/$(dirname "$uri")"
  ask -o "played/$uri" "$STORE/$BUCKET/stream/$uri"
done < <(grep -v '^#' vod.m3u8; grep -oE 'URI="[^"]+' vod.m3u8 | cut -d'"' -f2)
cp vod.m3u8 played/
decodes played/vod.m3u8
lacks list 'hidden|notes|s3-dvr-sync|stream[.]json'

syncs 0 "$STORE"
has out '"uploaded_objects":0,'

# The bucket alone knows it: the journal is made anew, and no recording is sent twice.
rm -r dir/.s3-dvr-sync dir/stream
syncs 0 "$STORE"
has out '"uploaded_objects":0,'
