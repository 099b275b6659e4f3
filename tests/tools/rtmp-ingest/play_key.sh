# --play key: who plays has the key of the stream, and who has none is told no more than that.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 8
printf '%s\n' "door key-of-the-door" "yard key-of-the-yard" >keys.txt
chmod 600 keys.txt
start_ingest ingest --keys keys.txt --no-output --play key
url=rtmp://127.0.0.1:$RTMP_PORT/live
play() { start "$1" timeout 40 ffmpeg -nostdin -v warning -i "$2" -c copy -f flv "$1.flv"; }

play by-key "$url/key-of-the-door"
play by-query "$url/door?key=key-of-the-door"
publish ffmpeg film.flv "$url/key-of-the-door"
wait_for 30 "media" begun_in ingest door
play by-name "$url/door"
play by-other "$url/door?key=key-of-the-yard"
for name in by-name by-other; do
  await "$name" 30
  ((STATUS != 0)) || fail "$name was let in"
done
has ingest.err "refused to play"
await ffmpeg 30
for name in by-key by-query; do
  await "$name" 30
  same_packets "$name.flv" film.flv v
  same_packets "$name.flv" film.flv a
done
lacks ingest.err "key-of-the"
