# Pictures at an uneven pace, and a hole, through an encoder that reorders them: cuts lie where they should, and what EXTINF says is
# what the pictures last.
# TEST: processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# 25 a second, then one every 2 s, then 12.5 a second; nothing from 14 s to 27 s
clip clip.mp4 30 "s=160x90:r=25" -an \
  -vf "select='if(lt(t,4),1,if(lt(t,9),not(mod(n,50)),if(lt(t,14),not(mod(n,2)),gt(t,27))))'" -vsync vfr
ladder out clip.mp4 --rendition large=160x90@200k --rendition small=80x44@60k --segment 2s --key-interval 1s
hls-abr-playlist out
# What comes at an uneven pace has no frame rate.
python3 "$TESTS/hls-validator" --ignore frame-rate-wrong out >breaches 2>&1 || fail "$(head -n 4 breaches)"
for list in out/*/index.m3u8; do
  equal "discontinuities" "$(grep -c '^#EXT-X-DISCONTINUITY$' "$list")" 1
done

# A hole behind which pictures have decode times from before it: they are shown behind it all the same.
clip clip.flv 30 "s=160x90:r=25" -an -preset veryfast -bf 2 -g 50 -keyint_min 50 -sc_threshold 0 \
  -vf "select='lt(t,7.3)+gt(t,20.2)'" -vsync vfr
for first in "--rendition source" "--rendition large=160x90@100k"; do
  rm -rf out
  # shellcheck disable=SC2086
  ladder out clip.flv $first --rendition small=80x44@60k
  hls-abr-playlist out
  python3 "$TESTS/hls-validator" out >breaches 2>&1 || fail "$first: $(head -n 4 breaches)"
  for list in out/*/index.m3u8; do
    equal "discontinuities of $list" "$(grep -c '^#EXT-X-DISCONTINUITY$' "$list")" 1
  done
done
