# Segments are as long as they should be, and begin at the same pictures in all renditions, whatever the frame rate.
# TEST: timeout=240 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

for rate in $(full "25/2 24000/1001 25 30000/1001 60" "25/2 24000/1001 24 25 30000/1001 30 50 60000/1001 60"); do
  clip clip.mp4 5 "s=320x180:r=$rate"
  name=r${rate//\//-}
  ladder "$name" clip.mp4 "${small[@]}" --segment 2s --key-interval 1s
  facts_of "$name" --segment 2 --frame "$(jq -n "1 / ($rate)")" --aspect 16:9
  equal "$name: renditions" "$(of "$name" 'keys | join(" ")')" "large small"
  equal "$name: segments" "$(of "$name" '.large.segments | length')" 3
  equal "$name: target" "$(of "$name" .large.target)" 2
  equal "$name: ended" "$(of "$name" .large.ended)" true
  equal "$name: pictures" "$(of "$name" '[.large.segments[].pictures] | add')" \
    "$(ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 clip.mp4)"
done
