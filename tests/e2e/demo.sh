# TEST: timeout=600 lock=release
# The README's first command: builds what is missing, tells an address at which a stream plays, and one interrupt ends
# it cleanly.
. "$TESTS/tools/lib.sh"

start demo env -u BIN LISTEN=127.0.0.1:0 "$TESTS/../scripts/demo"
wait_for 550 "the demo's address" says demo.err 'http://[^ /]+:[0-9]+'
address=$(address_of demo)
wait_for 60 "the stream" begun "$address/live.mp4"
curl -fs "$address/live/" >page.html
has page.html '<video'
stop demo INT
equal "exit status" "$STATUS" 0
