# What is uploaded goes when its time or its space is up, the oldest first, and what is not uploaded only where that is wanted;
# --dry-run changes nothing.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store
for name in a b c; do
  random_file dir/$name.mp4 1000000
done
touch -d '3 hours ago' dir/a.mp4
touch -d '2 hours ago' dir/b.mp4
here() { (cd dir && echo *.mp4); }

syncs 0 "$STORE" --dry-run --delete-uploaded
[[ ! -e dir/.s3-dvr-sync ]] || fail "--dry-run made a journal"
equal "lines" "$(sort out | tr '\n' ' ')" "1000000 a.mp4 1000000 b.mp4 1000000 c.mp4 "
ask "$STORE/$BUCKET?list-type=2" >list
lacks list '<Key>'

# Not uploaded, and not allowed to be: only --delete-unsynced makes room, and says what is lost.
(
  export AWS_SECRET_ACCESS_KEY=wrong
  syncs 77 "$STORE" --keep-size 2M --jobs 1
  equal "what is here" "$(here)" "a.mp4 b.mp4 c.mp4"
  syncs 77 "$STORE" --keep-size 2900k --delete-unsynced --jobs 1
  has err 'a.mp4: deleted before it was uploaded: lost'
  has out '"lost":1,'
)
# It has patience with a store that is away: half a minute.
if ((long)); then
  random_file lost/a.mp4 1000
  exits 75 60 s3-dvr-sync --endpoint http://127.0.0.1:1 --stall 1s --settle 0 --keep-size 0 --delete-unsynced lost "s3://$BUCKET"
  has out '"lost":1,'
  has err '1 were deleted before they were uploaded'
fi
equal "what is here" "$(here)" "b.mp4 c.mp4"

syncs 0 "$STORE" --keep 3h --keep-size 3M --min-free 1 --jobs 1
equal "what is here" "$(here)" "b.mp4 c.mp4"
cp dir/b.mp4 dir/c.mp4 .
random_file dir/d.mp4 1000000
syncs 0 "$STORE" --keep-size 2100k
equal "what is here" "$(here)" "c.mp4 d.mp4"
same_bytes b.mp4 b.mp4
syncs 0 "$STORE" --keep 3h --min-free 1000000G --jobs 1
equal "what is here" "$(here)" "*.mp4"
same_bytes c.mp4 c.mp4

random_file dir/e.mp4 1000
syncs 0 "$STORE"
syncs 0 "$STORE" --keep 1ms
equal "what is here" "$(here)" "*.mp4"

# What is not in the bucket any more as it was is no reason to delete it here.
random_file dir/f.mp4 1000
syncs 0 "$STORE"
ask -X DELETE "$STORE/$BUCKET/f.mp4"
syncs 75 "$STORE" --delete-uploaded
has err 'f.mp4: it is not in the bucket any more: uploaded again'
equal "what is here" "$(here)" "f.mp4"
syncs 0 "$STORE" --delete-uploaded
equal "what is here" "$(here)" "*.mp4"
has err 'f.mp4: deleted, it is in the bucket'
