# Virtual-host style: the bucket's name stands in front of the host, also in what is signed, and keys may be anything.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store
random_file "dir/a b+c=é.mp4" 3000
random_file dir/b.mp4 1000
endpoint=http://localhost:${STORE##*:}
exits 0 60 s3-dvr-sync --style host --endpoint "$endpoint" --settle 0 --log-level debug dir "s3://$BUCKET/site 7"
same_bytes site%207/a%20b%2Bc%3D%C3%A9.mp4 "dir/a b+c=é.mp4"
same_bytes site%207/b.mp4 dir/b.mp4
rm -r dir/.s3-dvr-sync
exits 0 60 s3-dvr-sync --style host --endpoint "$endpoint" --settle 0 --verify dir "s3://$BUCKET/site 7"
has out '"uploaded_objects":0,'
