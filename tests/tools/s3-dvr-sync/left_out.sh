# What cannot be uploaded is said, and the exit status is not that of "all is there"; what nginx writes as it is set up at first
# is a tree.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

list() { # list FILE NAME...: a rolling list with an end
  printf '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n' >"$1"
  printf '#EXTINF:4,\n%s\n' "${@:2}" >>"$1"
  echo '#EXT-X-ENDLIST' >>"$1"
}

start_store
random_file dir/cam-0.ts 1000
random_file dir/cam-1.ts 1000
list dir/cam.m3u8 cam-0.ts cam-1.ts
random_file dir/cam.flv 1000
syncs 0 "$STORE"
same_bytes cam.flv dir/cam.flv
ask "$STORE/$BUCKET?list-type=2" >objects
has objects '<Key>cam/index/[^<]*/cam-1[.]ts</Key>'
ask "$STORE/$BUCKET/$(grep -oE '<Key>cam/vod-[^<]+' objects | cut -d'>' -f2)" >vod
has vod '/cam-1[.]ts$'
has vod '^#EXT-X-ENDLIST'

: >"$(printf 'dir/caf\xe9.flv')"
mkdir -p dir/a/b/c
random_file dir/a/b/c/0.ts 1000
list dir/a/b/c/index.m3u8 0.ts
syncs 75 "$STORE"
has err 'caf.*: nothing of it is uploaded'
has err 'dir/a/b/c: nothing of it is uploaded: it has a playlist, and is no stream'
has err '2 files or folders cannot be uploaded'
rm -r dir/a dir/caf*
syncs 0 "$STORE"

# A journal that cannot be read on.
mkdir -p dir/two/hd
echo '{"id":"x","started":"2026-01-01T00:00:00.000Z","state":"ended","renditions":[{"name":"hd","peak":1}]}' >dir/two/.stream.json
printf '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#BROADCAST:x\n#EXTINF:many,\n1.m4s\n' >dir/two/hd/journal.m3u8
syncs 75 "$STORE"
has err 'two/hd: its journal cannot be read on'

# What --verify misses in the bucket and here is said, too.
rm -r dir/two dir/cam.flv
ask -X DELETE "$STORE/$BUCKET/cam.flv"
syncs 75 "$STORE" --verify
has err 'cam.flv: it is not in the bucket as it was uploaded, and not here any more: lost'
