# --segment-type ts: segments and parts that ffmpeg reads one by one and one behind the other, each beginning with its tables.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 5
once --segment-type ts 2>err
check "the list"
for rendition in source 90p; do
  list=$stream/$rendition/index.m3u8
  lacks "$list" EXT-X-MAP
  decodes "$list"
  for name in $(grep -v '^#' "$list"); do
    decodes "$stream/$rendition/$name"
    mapfile -t parts < <(grep -oE "\"${name%.ts}\.[0-9]+\.ts\"" "$list" | tr -d '"')
    ((${#parts[@]} == 0)) || (cd "$stream/$rendition" && cat "${parts[@]}" | cmp - "$name")
  done
done
equal "pictures" "$(ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 \
  "$stream/source/index.m3u8" | head -n 1 | tr -d ,)" 125
