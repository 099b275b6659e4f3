# --new-key prints a line for the key file, and, beside it, where to publish; the key in it works.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
port=$(free_port)
rtmp-ingest --listen "127.0.0.1:$port" --new-key anna >keys.txt 2>words
chmod 600 keys.txt
equal "lines" "$(wc -l <keys.txt)" 1
grep -q '^anna ' keys.txt || fail "not anna's line: $(cat keys.txt)"
url=$(grep -oE 'rtmp://[^ ]+' words | head -n 1)
[[ -n $url ]] || fail "no URL: $(cat words)"
start ingest rtmp-ingest --listen "127.0.0.1:$port" --keys keys.txt --once
wait_for 20 "it to listen" listens "$port"
publish ffmpeg film.flv "$url"
await ffmpeg 20
equal "status of ffmpeg" "$STATUS" 0
await ingest 20
has ingest.err "anna: published"
exits 64 20 rtmp-ingest --new-key ../anna
