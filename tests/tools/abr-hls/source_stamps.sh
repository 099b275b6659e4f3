# A source as OBS sends it by RTMP, B-frames and stamps in whole milliseconds: PART-TARGET holds for all parts, they are the segment
# together, and both are what the media's stamps say.
# TEST: processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

for rate in 24 30000/1001; do
  clip clip.flv "$(full 9 31)" "s=160x90:r=$rate" -preset veryfast -bf 2 -g 48 -keyint_min 48 -sc_threshold 0
  for part in 200ms 500ms; do
    rm -rf out
    ladder out clip.flv --rendition source --rendition small=80x44@60k --part "$part"
    hls-abr-playlist out
    python3 "$TESTS/hls-validator" out >breaches 2>&1 || fail "$rate a second, parts of $part: $(head -n 4 breaches)"
    has breaches ' [1-9][0-9]+ parts'
  done
done
