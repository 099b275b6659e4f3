# What is somebody else's in the bucket is never overwritten, what is ours is.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

put_other() { # put_other KEY: by somebody else
  curl -sS -f -m 60 --aws-sigv4 "aws:amz:us-east-1:s3" --user AKTEST:SKTESTSKTEST -T other \
    -H "x-amz-content-sha256: $(sha256sum <other | cut -d' ' -f1)" "$STORE/$BUCKET/$1"
}

try() {
  rm -rf dir
  random_file dir/a.mp4 1000
  random_file dir/b.mp4 1000
  random_file other 1000
  put_other a.mp4
  syncs 75 "$STORE"
  has err 'a.mp4: there is another object of that name'
  same_bytes a.mp4 other
  same_bytes b.mp4 dir/b.mp4

  # A recording that was written again replaces what we had put there.
  random_file dir/b.mp4 2000
  syncs 75 "$STORE"
  same_bytes b.mp4 dir/b.mp4

  # It was changed there, or is gone there: --verify notices.
  rm dir/a.mp4
  put_other b.mp4
  syncs 75 "$STORE" --verify
  same_bytes b.mp4 other
  ask -X DELETE "$STORE/$BUCKET/b.mp4"
  syncs 0 "$STORE" --verify
  same_bytes b.mp4 dir/b.mp4
}

start_store
try
stop_store
start_store --page 2 # it notices what is there
try
