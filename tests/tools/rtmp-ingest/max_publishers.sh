# --max-publishers counts streams, those in their grace too; who comes above it is told so and gets in when one has ended.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/rtmp-ingest/lib/ingest.sh"

film film.flv 30
start_ingest ingest --max-publishers 2 --no-output
url=rtmp://127.0.0.1:$RTMP_PORT/live
for name in one two; do
  publish "$name" film.flv "$url/$name"
  wait_for 30 "media of $name" begun_in ingest "$name"
done
stop two KILL
wait_for 20 "the grace of two" says ingest.err "two: publisher lost"
publish three film.flv "$url/three"
await three 20
((STATUS != 0)) || fail "a third stream was let in"
has three.err "too many publishers"

publish two-again film.flv "$url/two" # not a new stream
wait_for 20 "two to go on" says ingest.err "two: goes on"
stop one
wait_for 20 "the end of one" ended_in ingest one
publish four film.flv "$url/four"
wait_for 20 "media of four" begun_in ingest four
running two-again || fail "two was lost"
