# H.264, H.265 and AV1 from the encoders that libavcodec has, each as ffprobe and live.m3u8 know it; presets, profiles and threads
# reach the encoder.
# TEST: timeout=300 processors=2
. "$TESTS/tools/lib.sh"
. "$TESTS/tools/abr-hls/lib/clips.sh"

has_encoder() { ffmpeg -v error -h encoder="$1" 2>&1 | grep -q "^Encoder $1"; }
# fact FOLDER RENDITION: of its video, as ffprobe tells it.
fact() {
  media_of "$1" "$2" >media.mp4
  ffprobe -v error -select_streams v -of json media.mp4 \
    -show_entries stream=codec_name,profile,pix_fmt,codec_tag_string |
    jq -r '.streams[0] | [.codec_name, .profile, .codec_tag_string, .pix_fmt] | join(" ")'
}
# said FOLDER RENDITION: its CODECS in live.m3u8.
said() {
  grep -B 1 "^$2/index.m3u8" "$1/live.m3u8" | sed -nE 's/.*CODECS="([^"]*)".*/\1/p'
}

seconds=$(full 5 17)
clip clip.mp4 "$seconds" "s=320x180:r=25"
video="avc hevc"
rungs=(--rendition avc=320x180@300k --rendition hevc=320x180@300k,codec=hevc)
if has_encoder libsvtav1; then
  video="av1 avc hevc"
  rungs+=(--rendition av1=320x180@300k,codec=av1)
fi
ladder all clip.mp4 --segment 2s --key-interval 1s "${rungs[@]}" --audio-only aac@64k
[[ ! -s abr-hls.err ]] || fail "it or a library of its says: $(head -n 2 abr-hls.err)"
facts_of all --segment 2 --aspect 16:9
equal renditions "$(of all 'keys | join(" ")')" "aac $video"
equal "numbers of segments" "$(of all '[.[].segments | length] | unique | join(" ")')" $(((seconds + 1) / 2))
equal "numbers of pictures" "$(of all '[.[] | select(.size) | [.segments[].pictures] | add] | unique | join(" ")')" $((seconds * 25))
equal "all independent" "$(of all '[.[].independent] | all')" true
hls-abr-playlist all
equal "H.264" "$(fact all avc)" "h264 Main avc1 yuv420p"
[[ $(said all avc) =~ ^avc1\.4d40[0-9a-f]{2},mp4a\.40\.2$ ]] || fail "CODECS of H.264: $(said all avc)"
equal "H.265" "$(fact all hevc)" "hevc Main hvc1 yuv420p"
[[ $(said all hevc) =~ ^hvc1\.1\.[0-9A-F]+\.L[0-9]+(\.[0-9A-F]+)*,mp4a\.40\.2$ ]] || fail "CODECS of H.265: $(said all hevc)"
equal "CODECS of sound" "$(said all aac)" mp4a.40.2
if [[ $video == av1* ]]; then
  equal "AV1" "$(fact all av1)" "av1 Main av01 yuv420p"
  [[ $(said all av1) =~ ^av01\.0\.[0-9]{2}M\.08(\.[0-9.]+)?,mp4a\.40\.2$ ]] || fail "CODECS of AV1: $(said all av1)"
fi
for name in $video; do decodes "all/$name/index.m3u8"; done
python3 "$TESTS/hls-validator" all >validator.out || fail "the validator: $(head -n 5 validator.out)"

# H.265 in MPEG-TS; AV1 has no place there.
ladder ts clip.mp4 --segment-type ts --preset ultrafast --rendition hevc=320x180@300k,codec=hevc
hls-abr-playlist ts
equal "CODECS in MPEG-TS" "$(said ts hevc | cut -d. -f1,2)" "hvc1.1"
decodes ts/hevc/index.m3u8
exits 64 30 abr-hls -o none --segment-type ts --rendition av1=320x180@300k,codec=av1 clip.mp4
has err 'does not carry AV1'
# x264 writes its settings into the stream.
settings() { media_of "$1" a | strings -n 40 | grep 'options:' | head -n 1; }
ladder plain clip.mp4 --rendition a=320x180@300k
settings plain >words
has words ' threads=1 '
has words ' subme=2 ' # veryfast
has words ' vbv_maxrate=321 vbv_bufsize=450 '
ladder tuned clip.mp4 --rendition a=320x180@300k --preset medium --profile high --threads 3
settings tuned >words
has words ' threads=3 '
has words ' subme=7 '
equal "profile" "$(fact tuned a)" "h264 High avc1 yuv420p"
for wrong in "--preset nonsense" "--profile nonsense" "--threads 0"; do
  read -ra words <<<"$wrong"
  exits 64 30 abr-hls -o none "${words[@]}" --rendition a=320x180@300k clip.mp4
done
[[ ! -e none ]] || fail "a folder was made for what cannot be"
