# TEST: timeout=1200 processors=2
# Killed again and again, with a store that fails now and then, is killed and frozen itself, changes its keys and has another
# time: nothing is listed that is not there, nothing is deleted that is not in the bucket, and in the end everything is there,
# byte by byte.  The long form: 200 kills and a gigabyte.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

large=$(full 68000000 140000000)
change_keys() {
  AWS_ACCESS_KEY_ID=KEY$1 AWS_SECRET_ACCESS_KEY=SECRET$1
  echo "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY" >keys.tmp
  mv keys.tmp keys
}
open_store() {
  change_keys 0
  start_store --keys "$SCRATCH/keys"
}
restart_store() {
  stop store KILL
  rm -f store.out
  start store "$TESTS/support/s3-server" --keys "$SCRATCH/keys" --bucket "$BUCKET" --port "${STORE##*:}" \
    ${1:+--clock-offset "$1"} "$SCRATCH/store"
  wait_for 60 "the store" says store.out '^ready '
}
. "$TESTS/tools/s3-dvr-sync/lib/kills.sh"
