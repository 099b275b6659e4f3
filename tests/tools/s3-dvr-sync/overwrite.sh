# What is in the bucket is never overwritten: what is somebody else's is said, and a recording whose name another one of ours has
# goes to a name of its own.
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

  # A recording that has gone on replaces what was there of it.
  random_file more 1000
  cat more >>dir/b.mp4
  syncs 75 "$STORE"
  same_bytes b.mp4 dir/b.mp4
  cp dir/b.mp4 b.mp4

  # Another one of that name, of the same size too, does not, and a further run knows where it is.
  random_file dir/b.mp4 2000
  touch -d '2026-02-03 04:05:06.789 UTC' dir/b.mp4
  syncs 75 "$STORE"
  has err 'b.mp4: another recording has that name in the bucket: this one goes to b-20260203T040506[.]789Z[.]mp4'
  same_bytes b.mp4 b.mp4
  same_bytes b-20260203T040506.789Z.mp4 dir/b.mp4
  cp dir/b.mp4 second.mp4
  syncs 75 "$STORE" --delete-uploaded
  has out '"uploaded_objects":0,'
  [[ ! -e dir/b.mp4 ]] || fail "dir/b.mp4 is not deleted"
  random_file dir/b.mp4 3000
  syncs 75 "$STORE" --delete-uploaded
  has out '"uploaded_objects":1,'
  [[ ! -e dir/b.mp4 ]] || fail "dir/b.mp4 is not deleted"
  same_bytes b.mp4 b.mp4
  same_bytes b-20260203T040506.789Z.mp4 second.mp4

  # It was changed there, or is gone there: --verify notices.
  rm dir/a.mp4
  syncs 0 "$STORE" --verify
  cp b.mp4 dir/b.mp4
  syncs 0 "$STORE"
  put_other b.mp4
  syncs 75 "$STORE" --verify
  same_bytes b.mp4 other
  ask -X DELETE "$STORE/$BUCKET/b.mp4"
  ask -X DELETE "$STORE/$BUCKET/b-20260203T040506.789Z.mp4"
  syncs 75 "$STORE" --verify
  has err 'b-20260203T040506[.]789Z[.]mp4: .* and not here any more: lost'
  same_bytes b.mp4 dir/b.mp4
}

start_store
try
stop_store
start_store --page 2 # it notices what is there
try
