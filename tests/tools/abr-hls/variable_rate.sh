# Pictures that come when they please: segments and parts begin on time all the same, the last picture standing in.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# 25 a second, then one every 3 s, then 10 a second
clip clip.mp4 12 "s=320x180:r=50" -vf "select='if(lt(t,3),not(mod(n,2)),if(lt(t,8),not(mod(n,150)),not(mod(n,5))))'" -vsync vfr
ladder out clip.mp4 "${small[@]}" --rendition "few=160x90@90k,fps=10" --segment 2s --key-interval 1s
facts_of out --segment 2 --frame 0.1
equal segments "$(of out '.large.segments | length')" 6
equal discontinuities "$(of out '[.large.segments[] | select(.discontinuity)] | length')" 0
for rendition in large small few; do
  python3 "$TESTS/hls-validator" "out/$rendition/index.m3u8" >validator.out || fail "$(tail -n 5 validator.out)"
done

# One of 50 here and there, some of them a third of a second apart.
clip clip.mp4 12 "s=320x180:r=50" -vf "select='gt(random(1),0.85)'" -vsync vfr
ladder out2 clip.mp4 "${small[@]}" --segment 4s
# Copied: 30 a second, but two of six are missing.
clip clip.mp4 12 "s=320x180:r=30" -vf "select='lt(mod(n,6),4)'" -vsync vfr -an
ladder out3 clip.mp4 --rendition source --segment 2s
for list in out2/large out2/small out3/source; do
  python3 "$TESTS/hls-validator" "$list/index.m3u8" >validator.out || fail "$list: $(tail -n 5 validator.out)"
done
