# shellcheck shell=bash disable=SC2034
# store.sh: a store to upload to.  Sourced after ../../lib.sh.
#
# radosgw with dbstore (Debian 13) checks signatures as S3 does; where it is not there, tests/support/s3-server does so, too.
# The long form makes one in the build folder (tests/support/radosgw-tree), and every form takes it from there.
# One that runs elsewhere: LIVE_S3=http://HOST:PORT, with the keys below.

export AWS_ACCESS_KEY_ID=AKTEST AWS_SECRET_ACCESS_KEY=SKTESTSKTEST AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_SHARED_CREDENTIALS_FILE=$SCRATCH/no-credentials AWS_CONFIG_FILE=$SCRATCH/no-config
unset AWS_SESSION_TOKEN AWS_PROFILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 http_proxy https_proxy all_proxy ALL_PROXY

# port_of NAME: that a program of tests/support tells.
port_of() {
  wait_for 60 "$1 to listen" says "$1.out" '^ready '
  awk '/^ready/ { port = $2 } END { print port }' "$1.out"
}

radosgw_tree=$BIN/../radosgw

has_dbstore() {
  local version
  [[ ! -x $radosgw_tree/bin/radosgw ]] || PATH=$radosgw_tree/bin:$PATH
  version=$(radosgw --version 2>/dev/null | grep -oE 'version [0-9]+' | cut -d' ' -f2) && ((version >= 18))
}

# find_dbstore: a condition.
find_dbstore() {
  has_dbstore && return
  ((long)) && "$TESTS/support/radosgw-tree" "$radosgw_tree" && has_dbstore
}

# It does not always end by itself, also where it has done its work: then the next attempt finds that.
radosgw_admin() {
  local attempt
  for attempt in 1 2 3 4 5; do
    timeout -k 1 4 radosgw-admin -c store/ceph.conf --no-mon-config -n client.rgw.x "$@" >admin.out 2>admin.err && return
    ((attempt == 1)) || ! says admin.err 'user: t exists$' || return 0
  done
  fail "radosgw-admin $* $attempt times: $(tail -n 2 admin.err)"
}

start_radosgw() {
  "$TESTS/support/radosgw-conf" "$PWD/store" "$1"
  run_radosgw "$1"
  radosgw_admin user create --uid=t --display-name=t --access-key=AKTEST --secret-key=SKTESTSKTEST
}

# run_radosgw PORT [SECONDS]: its clock is ahead by so many.
run_radosgw() {
  start store env ${2:+CLOCK_AHEAD="$2"} radosgw -f -c store/ceph.conf --no-mon-config -n client.rgw.x \
    --rgw-data "$PWD/store" --run-dir "$PWD/store/run"
  wait_for 60 "radosgw" listens "$1"
}

# start_store [OPTION]...: STORE is its URL, BUCKET an empty bucket in it.  Options are s3-server's: with one of them it is
# s3-server.
start_store() {
  BUCKET=test-$$-$RANDOM
  if (($# == 0)) && [[ -n ${LIVE_S3:-} ]]; then
    STORE=$LIVE_S3
  elif (($# == 0)) && find_dbstore; then
    local port
    port=$(free_port)
    start_radosgw "$port"
    STORE=http://127.0.0.1:$port
  else
    (($#)) || echo "NOTE: radosgw with dbstore is not installed: tests/support/s3-server stands in for it"
    start store "$TESTS/support/s3-server" --bucket "$BUCKET" "$@" "$SCRATCH/store"
    STORE=http://127.0.0.1:$(port_of store)
    return
  fi
  ask -X PUT "$STORE/$BUCKET" >/dev/null
}

stop_store() {
  [[ -z ${pid_of[store]:-} ]] || stop store
  rm -rf store store.out
}

# start_faults [OPTION]...: a proxy in front of the store; FAULTS is its URL.
start_faults() {
  start faults "$TESTS/support/http-faults" "$@" "${STORE#http://}"
  FAULTS=http://127.0.0.1:$(port_of faults)
}

# ask CURL-ARGUMENT...: one signed request, without a body.
ask() {
  curl -sS -f -m 60 --aws-sigv4 "aws:amz:us-east-1:s3" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" "$@"
}

# syncs STATUS URL OPTION...: one run on the folder `dir` leaves with STATUS.
syncs() {
  local status=$1 endpoint=$2
  shift 2
  exits "$status" 90 s3-dvr-sync --endpoint "$endpoint" --settle 0 "$@" dir "s3://$BUCKET"
}

# same_bytes KEY FILE: the object is the file.  KEY is encoded.
same_bytes() {
  equal "SHA-256 of $1" "$(ask "$STORE/$BUCKET/$1" | sha256sum | cut -d' ' -f1)" "$(sha256sum <"$2" | cut -d' ' -f1)"
}

head_of() {
  ask -I "$STORE/$BUCKET/$1" | tr -d '\r'
}

random_file() { # random_file FILE BYTES
  mkdir -p "$(dirname "$1")"
  head -c "$2" /dev/urandom >"$1"
}
