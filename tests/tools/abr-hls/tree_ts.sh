# --segment-type ts: segments and parts that ffmpeg reads one by one and one behind the other, each beginning with its tables.
. "$TESTS/tools/abr-hls/lib/tree.sh"

make_clip 5
once --segment-type ts 2>err
check "the list"
# begins_with_tables FILE: its first two packets are PAT and PMT.
begins_with_tables() {
  /usr/bin/python3 - "$1" <<'END'
import sys

data = open(sys.argv[1], "rb").read(376)
pids = [int.from_bytes(data[at + 1:at + 3], "big") & 0x1FFF for at in (0, 188)]
sys.exit(pids[0] != 0 or pids[1] != int.from_bytes(data[15:17], "big") & 0x1FFF)
END
}
hls-abr-playlist "$stream"
python3 "$TESTS/hls-validator" "$stream" >breaches 2>&1 || fail "the validator: $(head -n 3 breaches)"
for rendition in source 90p; do
  list=$stream/$rendition/index.m3u8
  lacks "$list" EXT-X-MAP
  decodes "$list"
  for name in $(grep -v '^#' "$list"); do
    decodes "$stream/$rendition/$name"
    mapfile -t parts < <(grep -oE "\"${name%.ts}\.[0-9]+\.ts\"" "$list" | tr -d '"')
    for file in "$name" "${parts[@]}"; do
      begins_with_tables "$stream/$rendition/$file" || fail "$rendition/$file does not begin with PAT and PMT"
    done
    ((${#parts[@]} == 0)) || (cd "$stream/$rendition" && cat "${parts[@]}" | cmp - "$name")
  done
done
equal "pictures" "$(ffprobe -v error -count_packets -select_streams v -show_entries stream=nb_read_packets -of csv=p=0 \
  "$stream/source/index.m3u8" | head -n 1 | tr -d ,)" 125
