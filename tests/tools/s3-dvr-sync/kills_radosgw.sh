# TEST: timeout=1800 processors=2 labels=long
# The same kills in front of radosgw: 200, and a gigabyte.  What its dbstore cannot is for kills.sh: of what it took in parts it gives
# back other bytes, boto3's uploads, too, and with a key of a user that is changed his buckets go.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

find_dbstore || skip "radosgw with dbstore is not there: tests/support/radosgw-tree says why"
large=60000000
change_keys() { :; }
open_store() {
  start_store
}
restart_store() {
  stop store KILL
  run_radosgw "${STORE##*:}" "$@"
}
. "$TESTS/tools/s3-dvr-sync/lib/kills.sh"
