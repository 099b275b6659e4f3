# A recording that is cut while it is sent, as by a recorder that begins again, costs that attempt and nothing else.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store
random_file dir/a.mp4 4000000
status=$(free_port)
start sync s3-dvr-sync --watch --endpoint "$STORE" --settle 500ms --limit-rate 1M --status "127.0.0.1:$status" dir "s3://$BUCKET"
is_sent() {
  (($(curl -fsS "http://127.0.0.1:$status/metrics" | awk '/^s3_dvr_sync_sent_bytes_total/ { print int($2) }') >= $1))
}
wait_for 60 "a part of it to be sent" is_sent 200000
truncate -s 5000 dir/a.mp4
wait_for 60 "a complaint" says sync.err 'a.mp4: left for later: it has become shorter while it was sent'
stop sync
equal "exit status" "$STATUS" 0
syncs 0 "$STORE"
same_bytes a.mp4 dir/a.mp4
