# SIGTERM and kill -9 in mid-multipart: the next run goes on behind the parts that are there, and leaves no unfinished upload.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store --page 2 # not radosgw: what it took in parts dbstore gives back as other bytes, boto3's uploads, too
size=$((68 << 20))
random_file dir/long.mp4 $size

# Slow enough to be ended in between: the next part is on its way once one is done.
parts_there() { # parts_there COUNT: as the journal says
  /usr/bin/python3 -c 'import sqlite3, sys
count = sqlite3.connect("file:dir/.s3-dvr-sync/journal.db?mode=ro", uri=True).execute("SELECT count(*) FROM parts")
sys.exit(count.fetchone()[0] < int(sys.argv[1]))' "$1"
}
begin() { # begin COUNT: until so many parts are there
  start sync s3-dvr-sync --endpoint "$STORE" --settle 0 --jobs 1 --limit-rate 12M --log-level debug dir "s3://$BUCKET"
  wait_for 60 "part $1" parts_there "$1"
}
begin 1
stop sync
equal "exit status" "$STATUS" 75
begin 2
stop sync KILL
has sync.err 'goes on behind 1 of 5 parts'

syncs 0 "$STORE"
has err "goes on behind [2-4] of 5 parts"
same_bytes long.mp4 dir/long.mp4
equal "bytes uploaded" "$(jq -r .uploaded_bytes out | tail -n 1)" "$size"
ask "$STORE/$BUCKET?uploads=" >uploads
lacks uploads UploadId

((long)) || exit 0
# It goes on: it replaces what is there.
random_file more 1000
cat more >>dir/long.mp4
syncs 0 "$STORE"
same_bytes long.mp4 dir/long.mp4
cp dir/long.mp4 long.mp4

# It is another one, of the same size: both are there.
random_file dir/long.mp4 "$(stat -c %s long.mp4)"
syncs 0 "$STORE"
aside=$(grep -oE 'this one goes to .*' err | cut -d' ' -f5)
same_bytes "$aside" dir/long.mp4
same_bytes long.mp4 long.mp4
syncs 0 "$STORE"
has out '"uploaded_objects":0,'
