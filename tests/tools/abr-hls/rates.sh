# Segments are as long as they should be, and begin at the same pictures in all renditions, whatever the frame rate.
# TEST: timeout=900 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

seconds=$(full 5 31) segment=$(full 2 4) key=$(full 1 2)
for rate in $(full "25/2 24000/1001 25 30000/1001 60" "25/2 24000/1001 24 25 30000/1001 30 50 60000/1001 60 100 120"); do
  clip clip.mp4 "$seconds" "s=320x180:r=$rate"
  name=r${rate//\//-}
  ladder "$name" clip.mp4 "${small[@]}" --segment "${segment}s" --key-interval "${key}s"
  facts_of "$name" --segment "$segment" --frame "$(jq -n "1 / ([60, $rate] | min)")" --aspect 16:9
  equal "$name: renditions" "$(of "$name" 'keys | join(" ")')" "large small"
  equal "$name: segments" "$(of "$name" '.large.segments | length')" $(((seconds + segment - 1) / segment))
  equal "$name: target" "$(of "$name" .large.target)" "$segment"
  equal "$name: ended" "$(of "$name" .large.ended)" true
  came=$(ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 clip.mp4)
  # Above 60 a second every second one, or third ..., is left out.
  step=$(jq -n "($rate) / 60 | if . <= 1 then 1 else ceil end")
  equal "$name: pictures" "$(of "$name" '[.large.segments[].pictures] | add')" $(((came + step - 1) / step))
done
