# Pictures that end long before the sound, sound that ends long before the pictures, pictures that come back: time goes on in segments
# of the target duration, whatever the ladder, and nothing of what there is gets lost.
# TEST: timeout=180 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# made FILE PICTURES SOUND [OPTION]...: seconds of each.
made() {
  local file=$1 pictures=$2 sound=$3
  shift 3
  ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=s=160x90:r=25:d=$pictures" -f lavfi -i "sine=440:r=48000:d=$sound" "$@" \
    -c:v libx264 -preset veryfast -bf 2 -g 50 -keyint_min 50 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 64k "$file"
}
made pictures_end.flv 7.3 30
made sound_ends.flv 30 7.3
made pictures_return.flv 30 30 -vf "select='lt(t,7.3)+gt(t,20.2)'" -vsync vfr

# judge CLIP WISHES: its ladder, as the validator sees it.
judge() {
  local clip=$1 wishes=$2
  # shellcheck disable=SC2086
  ladder "$clip" "$clip.flv" $wishes --segment 4s
  hls-abr-playlist "$clip"
  python3 "$TESTS/hls-validator" "$clip" >breaches 2>&1 || fail "$clip, $wishes: $(head -n 4 breaches)"
  for list in "$clip"/*/index.m3u8; do
    has "$list" '^#EXT-X-TARGETDURATION:4$'
    lacks "$list" '^#EXT-X-(GAP|DISCONTINUITY)'
    seconds=$(awk -F '[:,]' '/^#EXTINF/ { s += $2 } END { printf "%.0f", s }' "$list")
    equal "seconds of $list, $wishes" "$seconds" 30
  done
  rm -rf "$clip"
}
copied="--rendition source" both="--rendition source --rendition small=80x44@60k"
encoded="--rendition large=160x90@100k --rendition small=80x44@60k"
judge pictures_end "$both"
judge pictures_end "$encoded"
judge sound_ends "$encoded"
judge pictures_return "$both"
if ((long)); then
  judge pictures_end "$copied"
  judge sound_ends "$both"
  judge pictures_return "$copied"
  judge pictures_return "$encoded"
fi
