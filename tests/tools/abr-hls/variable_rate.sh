# Pictures that come when they please: segments begin on time all the same, the last picture standing in.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# 25 a second, then one every 3 s, then 10 a second
clip clip.mp4 12 "s=320x180:r=50" -vf "select='if(lt(t,3),not(mod(n,2)),if(lt(t,8),not(mod(n,150)),not(mod(n,5))))'" -vsync vfr
ladder out clip.mp4 "${small[@]}" --segment 2s --key-interval 1s
facts_of out --segment 2 --frame 0.1
equal segments "$(of out '.large.segments | length')" 6
equal discontinuities "$(of out '[.large.segments[] | select(.discontinuity)] | length')" 0
for rendition in large small; do
  python3 "$TESTS/hls-validator" "out/$rendition/index.m3u8" >validator.out || fail "$(tail -n 5 validator.out)"
done
