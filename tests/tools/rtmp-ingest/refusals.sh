# What would let strangers in, or cannot work, ends at once with one line that says why.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

exits 64 20 rtmp-ingest --listen :0 --no-output
has err "open to the network.*--keys.*--auth-url.*--allow-any"
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --proxy-protocol v2 --no-output
has err "the proxy lets in"
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --exec cat -- cat
has err "exclude each other"
exits 64 20 rtmp-ingest cat
has err "behind --"
exits 64 20 rtmp-ingest --allow-any --keys keys.txt --no-output
exits 64 20 rtmp-ingest --tls-listen 127.0.0.1:0 --no-output
has err "tls-cert"
exits 66 20 rtmp-ingest --listen 127.0.0.1:0 --keys absent.txt --no-output
has err "--keys: .*absent.txt"
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --auth-url env:NO_SUCH_VARIABLE --no-output
has err "--auth-url: "
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --keys "" --no-output
has err "--keys is empty"
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --no-output --status-token-file token
has err "--status-token-file .*--status"
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --exec ""
has err "--exec is empty"
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --
has err "there is none"
exits 64 20 rtmp-ingest --key=S3cretKeyOfDoor99 7
has err "not expected: --key"
lacks err "S3cret"
exits 69 20 rtmp-ingest --listen 203.0.113.1:0 --no-output
exits 64 20 rtmp-ingest --listen 127.0.0.1:0 --format flv --fragment gop -- cat
has err "--format flv has no fragments"
echo "door sha1:5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8" >keys.txt
exits 78 20 rtmp-ingest --listen 127.0.0.1:0 --keys keys.txt --no-output
has err "keys.txt:1: a hash of this kind is not known"
lacks err 5baa61
echo "door" >keys.txt
exits 78 20 rtmp-ingest --listen 127.0.0.1:0 --keys keys.txt --no-output
has err "keys.txt:1: "
exits 66 20 rtmp-ingest --listen 127.0.0.1:0 -- no-such-program-anywhere
has err "no-such-program-anywhere"

# Standard output that is a terminal is no place for media.
script -qec "rtmp-ingest --listen 127.0.0.1:0 2>err; echo status=\$?" /dev/null >typescript </dev/null
has typescript "status=64"
has err "is a terminal"
