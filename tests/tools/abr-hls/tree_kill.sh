# kill -9 at any moment leaves a folder that can be played, and the next writer goes on with it: numbers go up, nothing is
# used twice, the id stays.
# TEST: timeout=1800
. "$TESTS/tools/abr-hls/lib/tree.sh"

# judged WHEN: what is there breaks no rule of HLS.
judged() {
  local rendition
  for rendition in source 90p; do
    python3 "$TESTS/hls-validator" "$stream/$rendition/index.m3u8" >breaches 2>&1 || fail "$1, $rendition: $(head -n 5 breaches)"
  done
}

make_clip 10
id=
for ((i = 0; i < $(full 5 50); i++)); do
  before=$( ((i == 0)) || last source)
  start writer paced
  if ((i == 0)); then
    wait_for 60 "the first segments" lists source 2
    wait_for 60 "the other rendition" lists 90p 1
    id=$(broadcast)
  else
    wait_for 60 "a segment behind $before" is_behind source $((before + 2))
  fi
  # Anywhere in a segment.
  sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
  signal writer KILL
  await writer
  check "kill $i"
  judged "kill $i"
  equal "id" "$(broadcast)" "$id"
done
start writer paced
wait_for 60 "a segment behind $(last source)" is_behind source $(($(last source) + 3))
stop writer
equal "status" "$STATUS" 0
check "the end"
judged "the end"
for rendition in source 90p; do
  lacks "$stream/$rendition/index.m3u8" ENDLIST
  equal "broadcasts of $rendition" "$(grep -c '^#BROADCAST:' "$stream/$rendition/journal.m3u8")" 1
  equal "names used twice" "$(grep -v '^#' "$stream/$rendition/journal.m3u8" | sort | uniq -d)" ""
  equal "temporary files" "$(find "$stream/$rendition" -name '.*.tmp')" ""
done
