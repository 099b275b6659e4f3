# A machine without a battery for its clock gives the numbers of segments again, once a stream's folder was removed: what was
# archived under them stays, and the new segments are archived too, before the writer may delete them.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

broadcast() { # broadcast ID: the segments 1000 and 1001, as abr-hls leaves them
  rm -rf dir/cam
  mkdir -p dir/cam/720p
  printf '{"id":"%s","started":"1970-01-01T00:00:01.000Z","state":"ended","record":false,"resume":"1m","renditions":[%s]}' \
    "$1" '{"name":"720p","peak":3000000,"video":true,"audio":true}' >dir/cam/.stream.json
  local journal=dir/cam/720p/journal.m3u8 name
  printf '#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#BROADCAST:%s\n#EXT-X-MAP:URI="init-1000.mp4"\n' "$1" >$journal
  printf '#EXTINF:4,\n1000.m4s\n#EXTINF:4,\n1001.m4s\n' >>$journal
  for name in init-1000.mp4 1000.m4s 1001.m4s; do
    echo "$1 $name" >"dir/cam/720p/$name"
    sha256sum "dir/cam/720p/$name" >>truth
  done
}

try() {
  rm -rf dir truth
  broadcast one
  syncs 0 "$STORE"
  broadcast two
  syncs 0 "$STORE"
  has err 'cam/720p/1000.m4s: another segment of that name is in the bucket'
  equal "1000.m4s of the first" "$(ask "$STORE/$BUCKET/cam/720p/1000.m4s")" "one 1000.m4s"
  equal "1000.m4s of the second" "$(ask "$STORE/$BUCKET/cam/720p/two/1000.m4s")" "two 1000.m4s"
  ask "$STORE/$BUCKET/cam/vod-two.m3u8" >vod
  has vod '^720p/two/1000[.]m4s$'
  has vod 'URI="720p/two/init-1000[.]mp4"'
  syncs 0 "$STORE"
  has out '"uploaded_objects":0,'
}

start_store
try
stop_store
start_store --page 2 # it notices what is there
try
