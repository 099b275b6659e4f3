# EXT-X-PROGRAM-DATE-TIME is the producer's clock where there is one (prft), not that of arrival.
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

clip clip.mp4 5 "s=160x90:r=25"
rtsp2fmp4 clip.mp4 >live.mp4 2>rtsp2fmp4.err
# An hour ago, a second of the clip a second.
/usr/bin/python3 - <<'END'
import re
import struct

data = bytearray(open("live.mp4", "rb").read())
boxes = [m.start() for m in re.finditer(rb"prft", data)]
first = None
for at in boxes:
    track, _, ticks = struct.unpack_from(">IQQ", data, at + 8)
    seconds = ticks / (90000 if track == 1 else 48000)
    first = seconds if first is None else first
    seconds += 2208988800 + 1600000000.5 - first  # 2020-09-13T12:26:40.5Z
    struct.pack_into(">Q", data, at + 12, int(seconds * 2**32))
open("past.mp4", "wb").write(data)
assert len(boxes) > 100, len(boxes)
END
ladder out past.mp4 --rendition source --rendition small=80x44@60k --preset ultrafast --segment 2s
for list in out/*/index.m3u8; do
  equal "dates of $list" "$(sed -n 's/^#EXT-X-PROGRAM-DATE-TIME://p' "$list" | cut -c -19 | tr '\n' ' ')" \
    "2020-09-13T12:26:40 2020-09-13T12:26:42 2020-09-13T12:26:44 "
done
