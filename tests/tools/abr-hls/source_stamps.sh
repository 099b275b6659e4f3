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

# A hole behind which the encoder goes on with decode times from before it, and no key frame.
clip clip.flv 24 "s=160x90:r=25" -an -preset veryfast -bf 3 -g 50 -keyint_min 50 -sc_threshold 0 \
  -vf "select='not(between(t,6.5,19))'" -vsync vfr
rm -rf out
ladder out clip.flv --rendition source --rendition small=80x44@60k --segment 2s
hls-abr-playlist out
python3 "$TESTS/hls-validator" out >breaches 2>&1 || fail "a hole: $(head -n 4 breaches)"
for rendition in source small; do
  equal "discontinuities of $rendition" "$(grep -c '^#EXT-X-DISCONTINUITY$' out/$rendition/index.m3u8)" 1
done
