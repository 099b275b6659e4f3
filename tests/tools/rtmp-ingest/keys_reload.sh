# A key that was taken out of the file is no key any more once the file is read again; who publishes already stays.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
echo "door key-of-the-door" >keys.txt
chmod 600 keys.txt
start_ingest ingest --keys keys.txt --no-output
url=rtmp://127.0.0.1:$RTMP_PORT/live
publish first film.flv "$url/key-of-the-door"
wait_for 30 "media" begun_in ingest door

echo "yard key-of-the-yard" >keys.new
chmod 600 keys.new
mv keys.new keys.txt
signal ingest HUP
wait_for 20 "the reload" says ingest.err "reading keys"
publish second film.flv "$url/key-of-the-yard"
wait_for 30 "media" begun_in ingest yard
running first || fail "the first publisher was lost"
stop first
wait_for 20 "its end" ended_in ingest door
publish third film.flv "$url/key-of-the-door"
await third 20
((STATUS != 0)) || fail "the old key still counts"

echo "yard" >keys.txt # broken: the keys that were read stay
signal ingest HUP
wait_for 20 "a complaint" says ingest.err "keys.txt:1"
stop second
wait_for 20 "its end" ended_in ingest yard
publish fourth film.flv "$url/key-of-the-yard"
wait_for 30 "media" says ingest.err "yard: published.*"
running fourth || fail "a broken file took the keys away"
