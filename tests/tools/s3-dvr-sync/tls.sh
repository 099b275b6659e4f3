# A store with a certificate of its own: --ca-file believes it, and nothing else is sent to it.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/s3-dvr-sync/lib/store.sh"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout key.pem \
  -out ca.pem 2>openssl.err
cat ca.pem key.pem >both.pem
start_store --certificate "$SCRATCH/both.pem"
STORE=${STORE/http:/https:}
random_file dir/a.mp4 300000

start sync s3-dvr-sync --endpoint "$STORE" --settle 0 --log-level debug dir "s3://$BUCKET"
wait_for 60 "a complaint" says sync.err 'a.mp4: [sS]SL peer certificate.*: again'
stop sync
lacks store.out a.mp4

syncs 0 "$STORE" --ca-file ca.pem
export CURL_CA_BUNDLE=$SCRATCH/ca.pem
same_bytes a.mp4 dir/a.mp4
