# HDR (PQ and HLG, BT.2020, 10 bits) becomes SDR with 8 bits, BT.709, and neither dark nor pale.
# TEST: timeout=180 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

# hdr FILE TRANSFER CODE: a wedge from black to the brightest code value, marked as HDR.
hdr() {
  timeout --kill-after=5 120 ffmpeg -nostdin -v error -y -f lavfi \
    -i "nullsrc=s=320x180:r=25,format=yuv420p10le,geq=lum=64+X*876/W:cb=512:cr=512" -t 1 -c:v libx265 -preset ultrafast \
    -tag:v hvc1 -x265-params "log-level=error:keyint=25:colorprim=bt2020:transfer=$2:colormatrix=bt2020nc:$3" "$1" ||
    fail "ffmpeg made no $1"
}
hdr pq.mp4 smpte2084 "hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400"
hdr hlg.mp4 arib-std-b67 "atc-sei=18"

# luma FOLDER X: of the first picture, in that column, 16 to 235.
luma() {
  ffmpeg -nostdin -v error -i "$1/media.mp4" -frames:v 1 -vf "crop=2:2:$2:90" -f rawvideo -pix_fmt gray - | od -An -tu1 -N1 | tr -d ' '
}
for transfer in pq hlg; do
  ladder "$transfer" "$transfer.mp4" --preset ultrafast --rendition a=320x180@1M --segment 2s
  media_of "$transfer" a >"$transfer/media.mp4"
  facts_of "$transfer" --segment 2 --aspect 16:9
  if grep -q 'stays so' abr-hls.err; then skip "this FFmpeg cannot map tones"; fi
  equal "$transfer: pixels and colours" "$(ffprobe -v error -of json "$transfer/media.mp4" \
    -show_entries stream=pix_fmt,color_transfer,color_primaries,color_space,color_range |
    jq -r '.streams[0] | [.pix_fmt, .color_range, .color_space, .color_transfer, .color_primaries] | join(" ")')" \
    "yuv420p tv bt709 bt709 bt709"
  # As it is it stays HDR, and is said to be.
  ladder "$transfer-source" "$transfer.mp4" --preset ultrafast --rendition source --rendition a=160x90@1M --segment 2s
  hls-abr-playlist "$transfer-source"
  equal "ranges" "$(grep -oE 'VIDEO-RANGE=[A-Z]+' "$transfer-source/live.m3u8" | sort | paste -sd' ')" \
    "VIDEO-RANGE=${transfer^^} VIDEO-RANGE=SDR"
  python3 "$TESTS/hls-validator" "$transfer-source" >breaches 2>&1 || fail "$transfer: $(head -n 3 breaches)"
  dark=$(luma "$transfer" 20) middle=$(luma "$transfer" 160) bright=$(luma "$transfer" 300)
  ((dark < middle && middle < bright && dark < 60 && bright > 180)) || fail "$transfer: luma $dark, $middle, $bright"
done
