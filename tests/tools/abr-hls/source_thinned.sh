# Beside a copied source, renditions with fewer pictures: parts keep to PART-TARGET in all of them.
# TEST: processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

for rate in $(full 25 "24 25 30000/1001 30 50"); do
  clip clip.flv "$(full 7 21)" "s=160x90:r=$rate" -preset veryfast -bf 2 -g 50 -keyint_min 50 -sc_threshold 0
  few=()
  for pictures in $(full "10 12.5" "5 8 10 12 12.5 15 20 24"); do
    few+=(--rendition "at$pictures=80x44@60k,fps=$pictures")
  done
  for part in $(full 500ms "200ms 333ms 500ms 1s"); do
    rm -rf out
    ladder out clip.flv --rendition source "${few[@]}" --preset ultrafast --part "$part"
    hls-abr-playlist out
    python3 "$TESTS/hls-validator" out >breaches 2>&1 || fail "$rate a second, parts of $part: $(head -n 4 breaches)"
    has breaches ' [1-9][0-9]+ parts'
  done
done
