# A store that heeds If-None-Match is found out with an object that is there already; then a new one costs no HEAD before its PUT,
# and what is somebody else's is left alone as before.  One that does not is asked before each.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

many=20
for ((i = 100; i < 100 + many; i++)); do
  random_file "dir/$i.mp4" 1000
done
requests() { grep -cE "$1" store.out || true; }

start_store --page 2
random_file other 1000
curl -sS -f -m 60 --aws-sigv4 "aws:amz:us-east-1:s3" --user AKTEST:SKTESTSKTEST -T other \
  -H "x-amz-content-sha256: $(sha256sum <other | cut -d' ' -f1)" "$STORE/$BUCKET/115.mp4"
syncs 75 "$STORE" --jobs 1
equal "questions before a PUT" "$(requests '^HEAD .* 404')" 8
equal "PUTs that were refused" "$(requests '^PUT .* 412')" 2 # the question, and 115
has err '115.mp4: there is another object of that name'
same_bytes 115.mp4 other
same_bytes 119.mp4 dir/119.mp4
stop_store

rm -r dir/.s3-dvr-sync
start_store --unconditional
syncs 0 "$STORE" --jobs 1
equal "questions before a PUT" "$(requests '^HEAD .* 404')" $many
equal "PUTs" "$(requests '^PUT .* 200')" $((many + 1))
same_bytes 107.mp4 dir/107.mp4
