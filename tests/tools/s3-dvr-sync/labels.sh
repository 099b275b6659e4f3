# Storage class and encryption reach the store; credentials, region and endpoint come from profiles; a redirect is followed.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store --region eu-west-3
random_file dir/a.mp4 1000
mkdir aws
printf '[default]\naws_access_key_id = NOBODY\naws_secret_access_key = NOTHING\n[site]\naws_access_key_id = %s\naws_secret_access_key = %s\n' \
  "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >aws/credentials
printf '[profile site]\nregion = eu-west-3\nendpoint_url = %s\n' "$STORE" >aws/config
from_profile() { # from_profile STATUS OPTION...
  local status=$1
  shift
  exits "$status" 60 env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_REGION AWS_CONFIG_FILE=aws/config \
    AWS_SHARED_CREDENTIALS_FILE=aws/credentials s3-dvr-sync --settle 0 "$@" dir "s3://$BUCKET"
}
from_profile 77 --endpoint "$STORE" --region eu-west-3
from_profile 0 --profile site --storage-class STANDARD_IA --sse aws:kms:KEY --metadata camera=door
lacks err 'in the region' # the profile has said it
exits 64 10 s3-dvr-sync --metadata sha256=x dir "s3://$BUCKET"

cat store/"$BUCKET"/* >headers
has headers '"x-amz-storage-class": "STANDARD_IA"'
has headers '"x-amz-server-side-encryption": "aws:kms"'
has headers '"x-amz-server-side-encryption-aws-kms-key-id": "KEY"'
has headers '"x-amz-meta-camera": "door"'

# The bucket is elsewhere: a redirect says where, once in Location and once in the answer only.
for how in location endpoint; do
  start "away-$how" "$TESTS/support/s3-server" --elsewhere "$how=${STORE#http://}" "$SCRATCH/away"
  random_file "dir/$how.mp4" 1000
  syncs 0 "http://127.0.0.1:$(port_of "away-$how")" --region eu-west-3
  has err "the bucket is at ${STORE#http://}"
  [[ -e store/$BUCKET/$how.mp4 ]] || fail "$how.mp4 is not there"
done
