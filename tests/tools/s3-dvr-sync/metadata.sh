# Credentials of an instance and of a container, from their metadata service: asked for again when they expire, and no redirect
# is followed there.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

start_store --need-token session
start meta /usr/bin/python3 "$TESTS/tools/s3-dvr-sync/lib/metadata.py" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" 60
here=http://127.0.0.1:$(port_of meta)
random_file dir/a.mp4 1000
without_keys() { # without_keys STATUS VARIABLE...
  exits "$1" 60 env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_EC2_METADATA_DISABLED HOME="$SCRATCH" "${@:2}" \
    s3-dvr-sync --endpoint "$STORE" --settle 0 --jobs 1 dir "s3://$BUCKET"
}

without_keys 0 AWS_EC2_METADATA_SERVICE_ENDPOINT="$here/"
[[ -e store/$BUCKET/a.mp4 ]] || fail "a.mp4 is not there"
# They hold for less than two minutes more: asked for before each request.
at_least "times that they were asked for" "$(grep -c 'security-credentials/site 200' meta.out)" 2

random_file dir/b.mp4 1000
printf 'PASS\n' >token
without_keys 0 AWS_CONTAINER_CREDENTIALS_FULL_URI="$here/container" AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$SCRATCH/token"
has meta.out 'GET /container 200'
[[ -e store/$BUCKET/b.mp4 ]] || fail "b.mp4 is not there"

random_file dir/c.mp4 1000
given=$(grep -c ' 200$' meta.out)
without_keys 78 AWS_CONTAINER_CREDENTIALS_FULL_URI="$here/moved" AWS_CONTAINER_AUTHORIZATION_TOKEN=PASS \
  AWS_EC2_METADATA_SERVICE_ENDPOINT="$here/moved"
has err 'find credentials'
equal "answers that were no redirects" "$(grep -c ' 200$' meta.out)" "$given"
lacks err PASS
