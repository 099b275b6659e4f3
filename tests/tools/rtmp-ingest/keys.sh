# TEST: labels=threads
# A key may stand in the place of the name, in the query, or as a password in the URL; the name is the line's.  A wrong key
# gets a refusal that the encoder reads, late, and nobody else waits for it.  Hashes that are slow by design are compared on a
# thread of their own.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 1
hash=$(printf '%s' "the key of the yard" | sha256sum | cut -d' ' -f1)
cat >keys.txt <<END
door  key-of-the-door
yard  sha256:$hash  live
gate  $(openssl passwd -6 key-of-the-gate)
END
chmod 600 keys.txt
start_ingest ingest --keys keys.txt --exec 'cat >"$LIVE_NAME.mp4"'
url=rtmp://127.0.0.1:$RTMP_PORT

publish wrong film.flv "$url/live/no-such-key-here"
publish right film.flv "$url/live/key-of-the-door"
await right 30
equal "status of ffmpeg with a key" "$STATUS" 0
wait_for 20 "the end of it" ended_in ingest door
await wrong 30
((STATUS != 0)) || fail "ffmpeg with a wrong key ended with 0"
has wrong.err "Server error"
has ingest.err "refused to publish"

# Who forgets the app puts the key in its place.
publish slip film.flv "$url/key-of-the-door"
await slip 30
((STATUS != 0)) || fail "an app was taken for a key"
has slip.err "not accepted|no name"

publish query film.flv "$url/live/yard?key=the%20key%20of%20the%20yard"
await query 30
equal "status of ffmpeg with its key in the query" "$STATUS" 0
wait_for 20 "the end of it" ended_in ingest yard

for name in gate-1 gate-2; do
  publish "$name" film.flv "$url/live/gate?key=key-of-the-gate"
done
for name in gate-1 gate-2; do
  await "$name" 30
done
wait_for 20 "the end of who had a slow hash" ended_in ingest gate

# A slow hash is found without its name, too.
publish alone film.flv "$url/live/key-of-the-gate"
await alone 30
equal "status of ffmpeg with a key alone that has a slow hash" "$STATUS" 0

# User and password of the URL, as clients send them that leave it whole (ffmpeg's own takes them out: see challenge.sh).
start user ffmpeg -nostdin -v warning -i film.flv -c copy -f flv -rtmp_tcurl "rtmp://door:key-of-the-door@127.0.0.1/live" "$url/live/door"
await user 30
equal "status of ffmpeg with user and password" "$STATUS" 0

publish app film.flv "$url/other/yard?key=the%20key%20of%20the%20yard"
await app 30
((STATUS != 0)) || fail "a key was taken in another app"

publish name film.flv "$url/live/door"
await name 30
((STATUS != 0)) || fail "the public name was taken for a key"
lacks ingest.err "key-of-the|key%20of|no-such-key"
