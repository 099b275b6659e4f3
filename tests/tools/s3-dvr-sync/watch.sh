# As a service: what is renamed into place goes at once, new keys are taken when the old ones are refused, or at SIGHUP where that
# was minutes ago, deletion waits for the bucket, and SIGTERM ends it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

keys() { # keys ACCESS SECRET: for both sides
  printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$1" "$2" >credentials.tmp
  mv credentials.tmp credentials
  echo "$1 $2" >keys.tmp
  mv keys.tmp keys
  AWS_ACCESS_KEY_ID=$1 AWS_SECRET_ACCESS_KEY=$2
}

touch keys
keys OLD OLDSECRET
start_store --keys "$SCRATCH/keys"
random_file dir/a.mp4 1000
status=$(free_port)
start sync s3-dvr-sync --watch --settle 1s --endpoint "$STORE" --credentials file:credentials --delete-uploaded \
  --status "127.0.0.1:$status" dir "s3://$BUCKET"
cp dir/a.mp4 a.mp4
is_there() { ask -I "$STORE/$BUCKET/$1" >/dev/null; }
gone_here() { [[ ! -e dir/$1 ]]; }
wait_for 60 "a.mp4 in the bucket" is_there a.mp4
wait_for 60 "a.mp4 to be deleted" gone_here a.mp4
same_bytes a.mp4 a.mp4

keys NEW NEWSECRET
random_file dir/b.mp4 1000
cp dir/b.mp4 b.mp4
wait_for 60 "b.mp4 in the bucket" is_there b.mp4
same_bytes b.mp4 b.mp4
wait_for 60 "b.mp4 to be deleted" gone_here b.mp4

curl -fsS "http://127.0.0.1:$status/metrics" >metrics
has metrics '^s3_dvr_sync_uploaded_objects_total 2'
has metrics '^s3_dvr_sync_backlog_seconds 0'
has metrics '^s3_dvr_sync_deleted_files_total 2'

# Keys that nobody has written down here yet.
echo "NEWER NEWERSECRET" >keys.tmp
mv keys.tmp keys
random_file dir/c.mp4 1000
cp dir/c.mp4 c.mp4
wait_for 60 "a complaint" says sync.err 'not allowed: .*; tried again every 5m'
keys NEWER NEWERSECRET
signal sync HUP
wait_for 60 "c.mp4 in the bucket" is_there c.mp4
same_bytes c.mp4 c.mp4

stop sync
equal "exit status" "$STATUS" 0
