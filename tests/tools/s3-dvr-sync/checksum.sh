# --checksum: the store checks a CRC-32C of each object and each part, or a Content-MD5, and keeps the CRC of the whole.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store --page 2 # not radosgw 18: it takes no notice
curl_status() {
  curl -sS -o refused -w '%{http_code}' -m 60 --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" "$@"
}
equal "status of another CRC" "$(curl_status -X PUT -H 'x-amz-checksum-crc32c: 4waSgw==' "$STORE/$BUCKET/x")" 400
equal "status of its CRC" "$(curl_status -X PUT -H 'x-amz-checksum-crc32c: AAAAAA==' "$STORE/$BUCKET/x")" 200

mkdir dir
printf 123456789 >dir/nine.mp4
random_file dir/small.mp4 5000
syncs 0 "$STORE" --checksum crc32c
has "store/$BUCKET/nine.mp4" '"x-amz-checksum-crc32c": "4waSgw=="'
same_bytes small.mp4 dir/small.mp4
exits 64 10 s3-dvr-sync --checksum sha1 dir "s3://$BUCKET"

# In parts, mostly zeros.  An upload goes on as it was begun, whatever is asked for by then.
random_file dir/long.mp4 20000
truncate -s 68M dir/long.mp4
parts_there() {
  /usr/bin/python3 -c 'import sqlite3, sys
count = sqlite3.connect("file:dir/.s3-dvr-sync/journal.db?mode=ro", uri=True).execute("SELECT count(*) FROM parts")
sys.exit(count.fetchone()[0] < 1)'
}
start sync s3-dvr-sync --endpoint "$STORE" --settle 0 --jobs 1 --limit-rate 12M --checksum crc32c dir "s3://$BUCKET"
wait_for 60 "a part" parts_there
stop sync KILL
syncs 0 "$STORE"
has err 'goes on behind [1-4] of 5 parts'
has "store/$BUCKET/long.mp4" '"x-amz-checksum-crc32c": "[^"]{8}-5"'
same_bytes long.mp4 dir/long.mp4

printf abc >dir/md5.mp4
syncs 0 "$STORE" --checksum md5
same_bytes md5.mp4 dir/md5.mp4
equal "objects without a CRC" "$(grep -L crc32c store/"$BUCKET"/*.mp4)" "store/$BUCKET/md5.mp4"
