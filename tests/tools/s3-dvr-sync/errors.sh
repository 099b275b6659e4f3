# Answers that are none, broken connections, clocks, keys: what passes is tried again, the rest ends with one clear line.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store
random_file dir/a.mp4 400000
start_faults --plan 503,ok,500,reset,lost
syncs 0 "$FAULTS"
same_bytes a.mp4 dir/a.mp4
at_least "retries" "$(jq -r .retries out | tail -n 1)" 3 # libcurl itself tries a kept connection twice

random_file dir/b.mp4 1000
exits 77 60 env AWS_SECRET_ACCESS_KEY=wrong s3-dvr-sync --endpoint "$STORE" --settle 0 dir "s3://$BUCKET"
has err 'not allowed'
equal "lines of it" "$(grep -c 'not allowed' err)" 1
exits 78 60 env -u AWS_ACCESS_KEY_ID s3-dvr-sync --endpoint "$STORE" --settle 0 dir "s3://$BUCKET"
has err 'find credentials'
random_file other/a.mp4 1000
exits 78 60 s3-dvr-sync --endpoint "$STORE" --settle 0 other s3://no-such-bucket-here
has err 'there is no such bucket'
exits 78 60 s3-dvr-sync --endpoint "$STORE" dir s3://no-such-bucket-here
has err 'dir has been uploaded to'
exits 64 10 s3-dvr-sync --credentials some-bare-key dir "s3://$BUCKET"
exits 64 10 s3-dvr-sync dir "$BUCKET"
exits 64 10 s3-dvr-sync dir "s3://$BUCKET/../x"
has err 'its prefix has a [.] or [.][.] in it'
exits 64 10 s3-dvr-sync --sse foo dir "s3://$BUCKET"
has err '^.*--sse foo: it is AES256'
exits 78 10 s3-dvr-sync --credentials file:nothing-here dir "s3://$BUCKET"
has err '[-]-credentials: open nothing-here: '
exits 78 10 s3-dvr-sync --ca-file nothing-here dir "s3://$BUCKET"
has err '[-]-ca-file: open nothing-here: '
exits 78 10 s3-dvr-sync --ca-file dir/a.mp4 dir "s3://$BUCKET"
has err '[-]-ca-file dir/a.mp4: there is no certificate in it'
exits 66 10 s3-dvr-sync no-such-folder "s3://$BUCKET"

# Two at once.
start first flock dir/.s3-dvr-sync/.lock sleep 60
wait_for 20 "the lock" bash -c '! flock -n dir/.s3-dvr-sync/.lock true'
syncs 75 "$STORE"
stop first

# A clock that is an hour off, and a region that it has to be told.
stop_store
rm -rf dir/.s3-dvr-sync
start_store --clock-offset 3600 --region eu-west-3
syncs 0 "$STORE"
has err 'our clock is .* behind the server'
has err 'in the region eu-west-3'
